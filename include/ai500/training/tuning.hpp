// SPDX-License-Identifier: Apache-2.0
/// @file Times the ways that kernels offer, on the steps of a program.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <ai500/core/clock.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/choices.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/training/prepared_program.hpp>

namespace ai500 {

/// How carefully ways are timed.
struct TuningEffort {
  int rounds = 7;        ///< in each, every way of a step runs once; the median counts
  double margin = 0.03;  ///< by which another way must be faster than the kernel's own choice
};

namespace detail {

/// The median seconds of each way of a step on values of its shapes.
template <class Device>
[[gnu::cold]] std::vector<double> seconds_of_ways(Device& device, KernelTable const& kernels,
                                                  Program const& program, Step const& step,
                                                  NumberSizes sizes,
                                                  std::vector<std::string> const& ways,
                                                  int rounds) {
  std::vector<Buffer<std::byte, Device>> memory;
  auto places = [&](std::vector<ValueIndex> const& values) {
    std::vector<void*> found;
    for (ValueIndex index : values) {
      ProgramValue const& value = program.value(index);
      std::size_t const bytes =
          static_cast<std::size_t>(value.shape.elements()) * sizes.of(value.number);
      memory.emplace_back(device, static_cast<Count>(bytes));
      found.push_back(memory.back().data());
      // Small positive numbers of every type, for zeros may be faster than what a training has.
      if constexpr (ReachedByHost<Device>) std::memset(memory.back().data(), 0x3c, bytes);
    }
    return found;
  };
  std::vector<void*> const reads = places(step.reads), writes = places(step.writes);
  std::vector<PreparedKernel> prepared;
  Shapes shapes = shapes_of(program, step);
  for (std::string const& way : ways) {
    shapes.way = way;
    prepared.push_back(
        kernels.find(step.what)->prepare(kernels.device, step.what, shapes, kernels.types));
  }
  auto run = [&](std::size_t way) {
    auto const start = std::chrono::steady_clock::now();
    prepared[way].run(Arguments(reads, writes));
    device.synchronize();
    return seconds_since(start);
  };
  for (std::size_t way = 0; way < ways.size(); ++way) run(way);  // the first run is slow
  std::vector<std::vector<double>> seconds(ways.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t way = 0; way < ways.size(); ++way) seconds[way].push_back(run(way));
  std::vector<double> medians;
  for (auto& times : seconds) {
    std::ranges::nth_element(times, times.begin() + rounds / 2);
    medians.push_back(times[static_cast<std::size_t>(rounds / 2)]);
  }
  return medians;
}

}  // namespace detail

/// Chooses the fastest way for each step of a program whose kernel offers several, by timing them
/// on the device. What `kernels.choices` says already stays.
/// @param program before it is fitted to the kernels
/// @return `kernels.choices` and the new ones
/// @throws Error naming the step whose kernel cannot be prepared
template <class Device>
[[gnu::cold]] Choices tuned(Device& device, Program program, KernelTable const& kernels,
                            NumberSizes sizes, TuningEffort effort = {}) {
  Choices choices = kernels.choices;
  Program const fitted = fitted_to(std::move(program), kernels);
  for (Step step : fitted.steps) {
    KernelEntry const* const kernel = kernels.find(step.what);
    if (kernel == nullptr || kernel->ways == nullptr) continue;
    step.way.clear();
    Shapes const shapes = shapes_of(fitted, step);
    std::string const key = step_text(step.what, shapes, kernels.types);
    if (choices.ways.contains(key)) continue;
    std::vector<std::string> const ways =
        kernel->ways(kernels.device, step.what, shapes, kernels.types);
    std::size_t const chosen = ways.size() == 1
                                   ? 0
                                   : fastest(detail::seconds_of_ways(device, kernels, fitted, step,
                                                                     sizes, ways, effort.rounds),
                                             effort.margin);
    choices.ways.emplace(key, ways[chosen]);
  }
  return choices;
}

}  // namespace ai500
