// SPDX-License-Identifier: Apache-2.0
/// @file Times the ways that kernels offer, and fused steps against those that they join, on the
/// steps of a program; defined in tuning.ipp.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ai500/core/clock.hpp>
#include <ai500/devices/policy.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/kernels/choices.hpp>
#include <ai500/kernels/kernel_table.hpp>

namespace ai500 {

/// Runs a kernel a number of times, again at each call; returns the seconds that all of it took.
using Stopwatch = std::function<double()>;

/// What timing asks of a device, whichever it is.
struct TimedDevice {
  void* device = nullptr;
  void* (*allocate)(void* device, std::size_t bytes) = nullptr;
  void (*deallocate)(void* device, void* memory) = nullptr;
  /// Writes small positive numbers of every type, for zeros may be faster than what a training has.
  void (*fill)(void* device, void* memory, std::size_t bytes) = nullptr;
  void (*synchronize)(void* device) = nullptr;
  Stopwatch (*stopwatch)(void* device, PreparedKernel const& kernel, Arguments arguments,
                         int runs) = nullptr;
  /// One measurement takes so long at least, in as many runs as that needs: on a device with a
  /// queue there is a launch and a wait in it, which a training step pays once. 0: one run.
  double shortest_seconds = 0;
};

namespace detail {

inline constexpr int byte_of_small_numbers = 0x3c;  // 0x3c3c is about 1 in FP16, 0.01 in BF16, FP32

/// Measures on a device as a training runs there: recorded, where it records.
template <class Device>
[[gnu::cold]] Stopwatch stopwatch_on(Device& device, PreparedKernel const& kernel,
                                     Arguments arguments, int runs) {
  auto work = [&kernel, arguments, runs] {
    for (int i = 0; i < runs; ++i) kernel.run(arguments);
  };
  auto seconds_of = [&device](auto const& some_work) {
    device.synchronize();
    auto const start = std::chrono::steady_clock::now();
    some_work();
    device.synchronize();
    return seconds_since(start);
  };
  if constexpr (Records<Device>)
    return [=, &device,
            recording =
                std::make_shared<ai500::RecordingOf<Device>>(device.record(work))]() -> double {
      return seconds_of([&] { device.replay(*recording); });
    };
  else
    return [=] { return seconds_of(work); };
}

}  // namespace detail

/// @param device outlives what is made
template <DevicePolicy Device>
[[gnu::cold]] TimedDevice timed(Device& device) {
  TimedDevice made{.device = &device};
  made.allocate = [](void* on, std::size_t bytes) {
    return static_cast<Device*>(on)->allocate(bytes);
  };
  made.deallocate = [](void* on, void* memory) { static_cast<Device*>(on)->deallocate(memory); };
  made.fill = [](void* on, void* memory, std::size_t bytes) {
    if constexpr (ReachedByHost<Device>) {
      std::memset(memory, detail::byte_of_small_numbers, bytes);
    } else {
      auto& to = *static_cast<Device*>(on);
      std::size_t const piece = std::min<std::size_t>(bytes, 1 << 20);
      void* const staging = to.allocate_staging(piece);
      std::memset(staging, detail::byte_of_small_numbers, piece);
      for (std::size_t at = 0; at < bytes; at += piece)
        to.upload(static_cast<std::byte*>(memory) + at, staging, std::min(piece, bytes - at));
      to.deallocate_staging(staging);
    }
  };
  made.synchronize = [](void* on) { static_cast<Device*>(on)->synchronize(); };
  made.stopwatch = [](void* on, PreparedKernel const& kernel, Arguments arguments, int runs) {
    return detail::stopwatch_on(*static_cast<Device*>(on), kernel, arguments, runs);
  };
  if constexpr (!ReachedByHost<Device>) made.shortest_seconds = 1e-3;
  return made;
}

/// How carefully ways are timed.
struct TuningEffort {
  int rounds = 7;        ///< in each, every way of a step runs once; the median counts
  double margin = 0.03;  ///< by which another way must be faster than the kernel's own choice
};

/// Chooses the fastest way for each step of programs whose kernel offers several, by timing them on
/// the device. A fused convolution (`is_fused_convolution`) is weighed first: the program with it,
/// each step in its fastest way, against the program without it, of whose steps only those are
/// timed that the two have not in common. Where apart is faster by the margin, that is its way.
/// What `kernels.choices` says already stays.
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

/// @throws UsageError when the choices of a file were made with something else
void require_made_with(Choices const& choices, std::string const& made_with,
                       std::string const& file);

/// "; ways of 26 steps chosen by timing, XXH3-128 ...", or nothing where nothing was chosen.
std::string describe(Choices const& choices);

}  // namespace ai500
