// SPDX-License-Identifier: Apache-2.0
/// @file Where the time of training steps goes: to which kinds of steps of the program, and to what
/// is between them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <numeric>

#include <ai500/core/types.hpp>
#include <ai500/devices/policy.hpp>
#include <ai500/graph/program.hpp>
#include <ai500/graph/step_kind.hpp>

namespace ai500 {

/// Seconds of some runs of a program.
struct StepSeconds {
  std::array<double, step_kind_names.size()> of_kind{};
  double whole = 0;  ///< with what was done before, between and after the program's steps
  Count runs = 0;

  double operator[](StepKind kind) const { return of_kind[static_cast<std::size_t>(kind)]; }

  /// What is no step of the program: feeding images, reading the loss, going from step to step.
  double outside() const { return whole - std::accumulate(of_kind.begin(), of_kind.end(), 0.0); }
};

/// Measures a network's steps (`network.watch(times)`). On a device with a queue each step is
/// waited for, so that nothing overlaps there: the whole then takes longer than unwatched.
///
///     StepTimes times(device);
///     trainer.network().watch(times);
///     times.measure([&] { trainer.step(0.1); });
///     double const seconds = times.seconds()[StepKind::convolution];
template <DevicePolicy Device, class Clock = std::chrono::steady_clock>
class StepTimes {
 public:
  explicit StepTimes(Device& device) : device_(device) {}

  void before(Step const&) {
    device_.synchronize();
    begin_ = Clock::now();
  }
  void after(Step const& step) {
    device_.synchronize();
    seconds_.of_kind[static_cast<std::size_t>(kind(step.what))] += since(begin_);
  }

  /// Runs `work`, which runs the program once. @return its seconds
  template <class Work>
  double measure(Work const& work) {
    device_.synchronize();
    auto const begin = Clock::now();
    work();
    device_.synchronize();
    double const seconds = since(begin);
    seconds_.whole += seconds;
    ++seconds_.runs;
    return seconds;
  }

  /// All that was measured since the beginning, or since `restart`.
  StepSeconds const& seconds() const { return seconds_; }
  void restart() { seconds_ = {}; }

 private:
  double since(typename Clock::time_point begin) const {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

  Device& device_;
  typename Clock::time_point begin_{};
  StepSeconds seconds_{};
};

}  // namespace ai500
