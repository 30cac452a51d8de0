// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/measured_reduction.hpp>
//
#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace ai500;

namespace {

/// Seconds that the test lets pass.
struct HandClock {
  using duration = std::chrono::seconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<HandClock>;
  [[maybe_unused]] static constexpr bool is_steady = true;
  inline static duration since_start{};

  static time_point now() { return time_point(since_start); }
  static void pass(int seconds) { since_start += std::chrono::seconds(seconds); }
};

/// Each call takes its time; parts are done when the test says so.
struct SlowReduction {
  View<float> memory() { return {}; }
  void start(View<float>) {
    HandClock::pass(1);
    ++under_way;
  }
  void progress() {
    HandClock::pass(10);
    under_way -= done;
    done = 0;
  }
  Count pending() const { return under_way; }
  void finish() {
    HandClock::pass(100);
    under_way = 0;
  }
  std::string transport() const { return "slow"; }

  Count under_way = 0;
  Count done = 0;
};

/// A device's sum, which the host's clock says nothing about.
struct DeviceReduction : SlowReduction {
  double hidden_seconds() const { return hidden; }
  double exposed_seconds() const { return exposed; }
  double hidden = 0;
  double exposed = 0;
};

}  // namespace

TEST_CASE("MeasuredReduction: a sum that a device makes and measures says what was hidden") {
  DeviceReduction reduction;
  reduction.hidden = 2;  // while ranks were joined
  reduction.exposed = 3;
  MeasuredReduction<float, DeviceReduction, HandClock> measured(reduction);
  measured.start({});
  measured.finish();
  measured.reduction().hidden = 2.5;
  measured.reduction().exposed = 3.25;

  CHECK(measured.hidden_seconds() == 0.5);
  CHECK(measured.exposed_seconds() == 0.25);
}

TEST_CASE(
    "MeasuredReduction: calls are exposed, kernels between them hidden while a sum is under way") {
  MeasuredReduction<float, SlowReduction, HandClock> measured(SlowReduction{});
  auto kernel = [] { HandClock::pass(1000); };

  kernel();
  measured.progress();  // nothing is under way: not looked at
  CHECK(measured.exposed_seconds() == 0);
  measured.start({});   // exposed 1
  kernel();             // hidden 1000
  measured.progress();  // exposed 10
  kernel();             // hidden 1000
  measured.start({});   // exposed 1
  measured.reduction().done = 2;
  kernel();             // hidden 1000, for nobody has looked yet
  measured.progress();  // exposed 10; both are done
  kernel();             // not hidden
  measured.finish();    // exposed 100
  kernel();

  CHECK(measured.exposed_seconds() == 1 + 10 + 1 + 10 + 100);
  CHECK(measured.hidden_seconds() == 3 * 1000);
}
