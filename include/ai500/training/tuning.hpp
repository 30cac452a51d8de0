// SPDX-License-Identifier: Apache-2.0
/// @file Times the ways that kernels offer, on the steps of a program; defined in tuning.ipp.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <ai500/devices/policy.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/kernels/choices.hpp>
#include <ai500/kernels/kernel_table.hpp>

namespace ai500 {

/// What timing asks of a device, whichever it is.
struct TimedDevice {
  void* device = nullptr;
  void* (*allocate)(void* device, std::size_t bytes) = nullptr;
  void (*deallocate)(void* device, void* memory) = nullptr;
  void (*synchronize)(void* device) = nullptr;
  bool reached_by_host = false;
};

/// @param device outlives what is made
template <DevicePolicy Device>
[[gnu::cold]] TimedDevice timed(Device& device) {
  return {&device,
          [](void* to, std::size_t bytes) { return static_cast<Device*>(to)->allocate(bytes); },
          [](void* to, void* memory) { static_cast<Device*>(to)->deallocate(memory); },
          [](void* to) { static_cast<Device*>(to)->synchronize(); }, ReachedByHost<Device>};
}

/// How carefully ways are timed.
struct TuningEffort {
  int rounds = 7;        ///< in each, every way of a step runs once; the median counts
  double margin = 0.03;  ///< by which another way must be faster than the kernel's own choice
};

/// Chooses the fastest way for each step of programs whose kernel offers several, by timing them on
/// the device. What `kernels.choices` says already stays.
/// @param programs before they are fitted to the kernels
/// @return `kernels.choices` and the new ones
/// @throws Error naming the step whose kernel cannot be prepared
Choices tuned(TimedDevice const& device, std::vector<Program> const& programs, KernelTable kernels,
              NumberSizes sizes, TuningEffort effort = {});

/// The choices that a file holds; none, made with the same, where there is no file.
/// @param made_with what they are for, in words
/// @throws UsageError when they were made with something else or are no choices, OutputError when
/// the file cannot be read
Choices choices_in(std::string const& file, std::string const& made_with);

/// "; ways of 26 steps chosen by timing, XXH3-128 ...", or nothing where nothing was chosen.
std::string describe(Choices const& choices);

}  // namespace ai500
