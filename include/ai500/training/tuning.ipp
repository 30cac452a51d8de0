// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of tuning.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include <ai500/core/clock.hpp>
#include <ai500/core/error.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/storage/hash.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/training/tuning.hpp>

namespace ai500 {

namespace detail {

/// The median seconds of each way of a step on values of its shapes.
inline std::vector<double> seconds_of_ways(TimedDevice const& device, KernelTable const& kernels,
                                           Program const& program, Step const& step,
                                           NumberSizes sizes, std::vector<std::string> const& ways,
                                           int rounds) {
  auto free = [&](void* memory) { device.deallocate(device.device, memory); };
  std::vector<std::unique_ptr<void, decltype(free)>> memory;
  auto places = [&](std::vector<ValueIndex> const& values) {
    std::vector<void*> found;
    for (ValueIndex index : values) {
      ProgramValue const& value = program.value(index);
      std::size_t const bytes =
          static_cast<std::size_t>(value.shape.elements()) * sizes.of(value.number);
      memory.emplace_back(device.allocate(device.device, bytes), free);
      found.push_back(memory.back().get());
      // Small positive numbers of every type, for zeros may be faster than what a training has.
      if (device.reached_by_host) std::memset(found.back(), 0x3c, bytes);
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
    device.synchronize(device.device);
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

Choices tuned(TimedDevice const& device, std::vector<Program> const& programs, KernelTable kernels,
              NumberSizes sizes, TuningEffort effort) {
  for (Program const& program : programs) {
    Program const fitted = fitted_to(program, kernels);
    for (Step step : fitted.steps) {
      KernelEntry const* const kernel = kernels.find(step.what);
      if (kernel == nullptr || kernel->ways == nullptr) continue;
      step.way.clear();
      Shapes const shapes = shapes_of(fitted, step);
      std::string const key = step_text(step.what, shapes, kernels.types);
      if (kernels.choices.ways.contains(key)) continue;
      std::vector<std::string> const ways =
          kernel->ways(kernels.device, step.what, shapes, kernels.types);
      std::size_t const chosen =
          ways.size() == 1 ? 0
                           : fastest(detail::seconds_of_ways(device, kernels, fitted, step, sizes,
                                                             ways, effort.rounds),
                                     effort.margin);
      kernels.choices.ways.emplace(key, ways[chosen]);
    }
  }
  return kernels.choices;
}

Choices choices_in(std::string const& file, std::string const& made_with) {
  constexpr Count largest = 1 << 24;  // bytes
  if (!file_exists(file)) return {made_with, {}};
  Choices choices = parse_choices(read_file(file, largest), file);
  if (choices.made_with != made_with)
    throw UsageError("--autotune " + file + ": was made with '" + choices.made_with +
                     "', this run has '" + made_with + "'; name another file");
  return choices;
}

std::string describe(Choices const& choices) {
  if (choices.ways.empty()) return {};
  return "; ways of " + std::to_string(choices.ways.size()) + " steps chosen by timing, XXH3-128 " +
         xxh3_128(text(choices));
}

}  // namespace ai500
