// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <utility>

#include <ai500/collectives/policy.hpp>

namespace ai500 {

/// Drives a reduction from between kernels, and measures how much of it their time hides.
///
/// Exposed is all time spent in here: the thread sends, sums its slice or waits for slower ranks
/// and computes nothing else. Hidden is the time outside, in kernels, while a part was under way:
/// from the return of a call that left one pending to the next call, which is when the end of a sum
/// is noticed. A reduction that is made beside the host is not seen by the host's clock: it says
/// itself what was hidden and exposed.
/// @tparam Clock steady; tests have one of their own
template <class T, class Reduction, class Clock = std::chrono::steady_clock,
          class Device = devices::Host>
  requires ReductionOf<Reduction, T, Device>
class MeasuredReduction {
 public:
  explicit MeasuredReduction(Reduction reduction) : reduction_(std::move(reduction)) {
    if constexpr (TimesItself<Reduction>) {
      hidden_before_ = reduction_.hidden_seconds();
      exposed_before_ = reduction_.exposed_seconds();
    }
  }

  Reduction& reduction() { return reduction_; }
  Reduction const& reduction() const { return reduction_; }
  double hidden_seconds() const {
    if constexpr (TimesItself<Reduction>) return reduction_.hidden_seconds() - hidden_before_;
    return seconds(hidden_);
  }
  double exposed_seconds() const {
    if constexpr (TimesItself<Reduction>) return reduction_.exposed_seconds() - exposed_before_;
    return seconds(exposed_);
  }

  void start(View<T, Device> part) {
    measure([&] { reduction_.start(part); });
  }
  /// Costs nothing when nothing is under way.
  void progress() {
    if (under_way_) measure([&] { reduction_.progress(); });
  }
  void finish() {
    measure([&] { reduction_.finish(); });
  }

 private:
  using Duration = typename Clock::duration;

  static double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
  }

  template <class Call>
  void measure(Call call) {
    auto const entered = Clock::now();
    if (under_way_) hidden_ += entered - left_;
    call();
    under_way_ = reduction_.pending() > 0;
    left_ = Clock::now();
    exposed_ += left_ - entered;
  }

  Reduction reduction_;
  bool under_way_ = false;
  typename Clock::time_point left_{};
  Duration hidden_{};
  Duration exposed_{};
  double hidden_before_ = 0;  // in what was summed to join the ranks
  double exposed_before_ = 0;
};

}  // namespace ai500
