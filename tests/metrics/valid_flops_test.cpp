// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <ai500/core/error.hpp>
#include <ai500/metrics/valid_flops.hpp>

namespace {

using namespace ai500;

// To the two digits that the paper prints.
double printed(double value) { return std::round(value * 100) / 100; }

static_assert(valid_flops(8e12, 0.25) == 2e12);

TEST_CASE("penalty_coefficient: Figure 5: 0.96 for image classification (n = 5)") {
  CHECK(printed(penalty_coefficient(0.7568, 0.763, 5)) == 0.96);
}

TEST_CASE("penalty_coefficient: Figure 5: 0.44 for extreme weather analytics (n = 10)") {
  CHECK(printed(penalty_coefficient(0.3224, 0.35, 10)) == 0.44);
}

TEST_CASE("penalty_coefficient: Eq. (8) by hand: on, below and above the target") {
  CHECK(penalty_coefficient(0.763, 0.763, 5) == 1);
  CHECK(penalty_coefficient(0.25, 0.5, 5) == 0.03125);
  CHECK(penalty_coefficient(0.75, 0.5, 2) == 2.25);
  CHECK(penalty_coefficient(0, 0.5, 5) == 0);
}

TEST_CASE("valid_flops: Eq. (7)") {
  CHECK(valid_flops(100, penalty_coefficient(0.25, 0.5, 2)) == 25);
}

TEST_CASE("penalty_coefficient: a target that is not positive is a usage error that names all") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  CHECK_THROWS_WITH(penalty_coefficient(0.7, 0, 5),
                    "penalty coefficient, Eq. (8): (0.700000 / 0.000000)^5.000000: the target must "
                    "be positive and all must be finite");
  CHECK_THROWS_AS(penalty_coefficient(0.7, -0.763, 5), UsageError);
  CHECK_THROWS_AS(penalty_coefficient(0.7, nan, 5), UsageError);
  CHECK_THROWS_AS(penalty_coefficient(0.7, 0.763, nan), UsageError);
}

TEST_CASE("penalty_coefficient: a quality that is no quality is an error, not a score") {
  CHECK_THROWS_AS(penalty_coefficient(-0.1, 0.763, 5), Error);
  CHECK_THROWS_AS(penalty_coefficient(std::numeric_limits<double>::quiet_NaN(), 0.763, 5), Error);
  CHECK_THROWS_AS(penalty_coefficient(std::numeric_limits<double>::infinity(), 0.763, 5), Error);
}

}  // namespace
