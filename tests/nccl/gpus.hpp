// SPDX-License-Identifier: Apache-2.0
/// @file Ranks with a simulated GPU each, as threads.
#pragma once

#include <chrono>
#include <vector>

#include <ai500/collectives/nccl.hpp>
#include <ai500/collectives/threads.hpp>
#include <ai500/devices/mirror.hpp>

#include "simulated.hpp"

namespace ai500::testing {

using Nccl = collectives::Nccl<collectives::Threads>;
using World = Nccl::Communicator;

inline constexpr double long_enough = 60;  // no test waits for it

template <class Rank>
void run_ranks(int ranks, double patience_seconds, Rank rank) {
  int argc = 0;
  char** argv = nullptr;
  Nccl::Session session(argc, argv, {.ranks = ranks, .patience_seconds = patience_seconds});
  session.run_ranks(rank);
}

/// Each rank with a GPU of its own, joined.
template <class Rank>
void run_gpus(int ranks, double patience_seconds, Rank rank) {
  run_ranks(ranks, patience_seconds, [&](World& world) {
    devices::Cuda device(DeviceChoice{.local_rank = world.rank()});
    world.attach(device);
    rank(world, device);
  });
}

/// Writes what `number(i)` says into a GPU's memory, as a kernel would: in the order of its work.
template <class T, class Number>
void fill(devices::Cuda& device, View<T, devices::Cuda> part, Number number) {
  simulated::enqueue(device.stream(), [=] {
    for (Count i = 0; i < part.size(); ++i) part.data()[i] = number(i);
  });
}

template <class T>
std::vector<T> read(devices::Cuda& device, View<T, devices::Cuda> part) {
  Mirror<T, devices::Cuda> mirror(device, part);
  mirror.download();
  return {mirror.host().data(), mirror.host().data() + part.size()};
}

/// Seconds that some work takes.
template <class Work>
double seconds_of(Work work) {
  auto const start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace ai500::testing
