// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <chrono>

#include <ai500/devices/host.hpp>
#include <ai500/training/step_times.hpp>

using namespace ai500;

namespace {

/// Stands still unless it is set.
struct SetClock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SetClock>;

  static inline duration now_is{0};
  static time_point now() { return time_point(now_is); }
};

using Times = StepTimes<devices::Host, SetClock>;

void take(int milliseconds) { SetClock::now_is += std::chrono::milliseconds(milliseconds); }

void run(Times& times, StepOperation const& what, int milliseconds) {
  Step const step{what, {}, {}, "a step"};
  times.before(step);
  take(milliseconds);
  times.after(step);
}

void run_program(Times& times) {
  take(1);  // images
  run(times, steps::Convolution{}, 10);
  take(2);  // what is between
  run(times, steps::NormalizationForward{}, 20);
  run(times, steps::Convolution{}, 30);
  run(times, steps::Update{}, 5);
  take(4);  // the loss
}

}  // namespace

TEST_CASE("StepTimes: time goes to the kinds of the steps, the rest is outside") {
  devices::Host host;
  Times times(host);

  double const whole = times.measure([&] { run_program(times); });

  StepSeconds const seconds = times.seconds();
  CHECK(whole == doctest::Approx(0.072));
  CHECK(seconds.whole == whole);
  CHECK(seconds.runs == 1);
  CHECK(seconds[StepKind::convolution] == doctest::Approx(0.040));
  CHECK(seconds[StepKind::normalization] == doctest::Approx(0.020));
  CHECK(seconds[StepKind::optimizer] == doctest::Approx(0.005));
  CHECK(seconds[StepKind::pooling] == 0);
  CHECK(seconds.outside() == doctest::Approx(0.007));
}

TEST_CASE("StepTimes: adds up runs until it is restarted") {
  devices::Host host;
  Times times(host);
  for (int i = 0; i < 3; ++i) times.measure([&] { run_program(times); });

  CHECK(times.seconds().runs == 3);
  CHECK(times.seconds()[StepKind::normalization] == doctest::Approx(0.060));
  CHECK(times.seconds().outside() == doctest::Approx(0.021));
  times.restart();
  CHECK(times.seconds().runs == 0);
  CHECK(times.seconds().whole == 0);
  CHECK(times.seconds().outside() == 0);
}
