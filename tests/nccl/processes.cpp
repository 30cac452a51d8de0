// SPDX-License-Identifier: Apache-2.0
/// @file Nccl<Mpi>: ranks are processes, started by mpirun, whose simulated GPUs NCCL sums over.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <ai500/collectives/mpi.hpp>
#include <ai500/collectives/nccl.hpp>
#include <ai500/collectives/self.hpp>

#include "gpus.hpp"
#include "small_training.hpp"

using namespace ai500;
using testing::Gpus;
using testing::ten_steps;
using testing::Training;
using NcclOfProcesses = collectives::Nccl<collectives::Mpi>;
using World = NcclOfProcesses::Communicator;

static_assert(CollectivePolicy<NcclOfProcesses>);
static_assert(AttachesTo<World, devices::Cuda>);
static_assert(ReducesOn<World, devices::Cuda, float, half>);

namespace {

World joined_world(devices::Cuda& device) {
  World world(collectives::Mpi::Communicator(MPI_COMM_WORLD), testing::long_enough);
  world.attach(device);
  return world;
}

int rank_of_process() { return collectives::Mpi::Communicator(MPI_COMM_WORLD).rank(); }

}  // namespace

TEST_CASE("Nccl<Mpi>: processes train with the losses of one rank, and with the bits of threads") {
  devices::Cuda device(DeviceChoice{.local_rank = rank_of_process()});
  World world = joined_world(device);

  Training const processes = ten_steps<Gpus, precision::Fp32>(world, device);

  devices::Host host;
  Training const alone =
      ten_steps<kernels::Reference, precision::Fp32>(collectives::Self::Communicator{}, host);
  REQUIRE(processes.losses.size() == 10);
  for (std::size_t step = 0; step < 10; ++step)
    CHECK(std::abs(processes.losses[step] - alone.losses[step]) <= 1e-4 * alone.losses[step]);
  CHECK(processes.recorded_steps == 9);
  testing::run_gpus(world.size(), testing::long_enough,
                    [&](testing::World& threads, devices::Cuda& gpu) {
                      Training const together = ten_steps<Gpus, precision::Fp32>(threads, gpu);
                      CHECK(together.losses == processes.losses);
                      CHECK(together.parameters == processes.parameters);
                    });
}

TEST_CASE("Nccl<Mpi>: jobs of one process each, split from the world's, sum alone") {
  devices::Cuda device(DeviceChoice{.local_rank = rank_of_process()});
  World world = joined_world(device);
  World job = world.split(world.rank());
  auto reduction = job.reduction<float>(device, 33);
  testing::fill(device, reduction.memory(),
                [=](Count) { return static_cast<float>(world.rank() + 1); });

  reduction.start(reduction.memory());
  reduction.finish();

  CHECK(testing::read(device, reduction.memory()) ==
        std::vector<float>(33, static_cast<float>(world.rank() + 1)));
}

TEST_CASE("Nccl<Mpi>: a process that stays away from a sum is named by the others") {
  devices::Cuda device(DeviceChoice{.local_rank = rank_of_process()});
  World world(collectives::Mpi::Communicator(MPI_COMM_WORLD), 1);
  world.attach(device);
  int const last = world.size() - 1;
  if (last == 0) return;
  {
    auto reduction = world.reduction<float>(device, 10);
    world.barrier();
    if (world.rank() != last) {
      reduction.start(reduction.memory());
      reduction.finish();
      device.synchronize();
      std::string const expected = "no end within 1 s; in sums, rank " + std::to_string(last);
      CHECK_THROWS_WITH_AS(reduction.progress(), doctest::Contains(expected.c_str()),
                           CollectiveError);
    }
    world.barrier();
  }
  CHECK(simulated::sums_after_the_end == 0);
}

int main(int argc, char** argv) {
  NcclOfProcesses::Session session(argc, argv, {.patience_seconds = testing::long_enough});
  double failed = 0;
  session.run_ranks([&](World& world) {
    doctest::Context context(argc, argv);
    failed = world.maximum(context.run());
  });
  return static_cast<int>(failed);
}
