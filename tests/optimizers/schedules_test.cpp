// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/optimizers/schedules.hpp>

using namespace ai500;

TEST_CASE("linear_scaling: twice the batch, twice the rate") {
  CHECK(schedules::linear_scaling(0.256, 256) == doctest::Approx(0.256));
  CHECK(schedules::linear_scaling(0.256, 512) == doctest::Approx(0.512));
  CHECK(schedules::linear_scaling(0.256, 64) == doctest::Approx(0.064));
}

TEST_CASE("WarmUpCosine: rises over 8 of 90 epochs, ends at zero") {
  schedules::WarmUpCosine const schedule{};

  CHECK(schedule.learning_rate({0, 90, 256}) == 0);
  CHECK(schedule.learning_rate({4, 90, 256}) == doctest::Approx(0.128));
  CHECK(schedule.learning_rate({8, 90, 256}) == doctest::Approx(0.256));
  CHECK(schedule.learning_rate({49, 90, 256}) == doctest::Approx(0.128));  // half way from 8 to 90
  CHECK(schedule.learning_rate({90, 90, 256}) == doctest::Approx(0).epsilon(1e-12));
}

TEST_CASE("WarmUpSteps: a tenth at epochs 30, 60 and 80 of 90") {
  schedules::WarmUpSteps const schedule{};

  CHECK(schedule.learning_rate({4, 90, 256}) == doctest::Approx(0.128));
  CHECK(schedule.learning_rate({29.9, 90, 256}) == doctest::Approx(0.256));
  CHECK(schedule.learning_rate({30, 90, 256}) == doctest::Approx(0.0256));
  CHECK(schedule.learning_rate({60, 90, 256}) == doctest::Approx(0.00256));
  CHECK(schedule.learning_rate({80, 90, 512}) == doctest::Approx(0.000512));
}

TEST_CASE("Schedules: a training without warm-up starts at the full rate") {
  CHECK(schedules::WarmUpCosine{.warm_up_share = 0}.learning_rate({0, 3, 256}) ==
        doctest::Approx(0.256));
  CHECK(schedules::WarmUpSteps{.warm_up_share = 0}.learning_rate({0, 3, 256}) ==
        doctest::Approx(0.256));
}
