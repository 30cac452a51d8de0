// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/core/error.hpp>
#include <ai500/metrics/amount_of_parallel_computation.hpp>

namespace {

using namespace ai500;

constexpr Count giga = 1'000'000'000;

static_assert(amount_of_parallel_computation(23 * giga, 512) == 11'776 * giga);

TEST_CASE("APC: section 2.2.1: a batch of 512 at 23.0 GFLOP is 11,776 GFLOP") {
  CHECK(amount_of_parallel_computation(23 * giga, 512) == 11'776 * giga);
}

TEST_CASE("APC: section 2.2.1: that leaves 2.55 GFLOP to each of Summit's 4608 nodes") {
  const double apc = static_cast<double>(amount_of_parallel_computation(23 * giga, 512));

  // The paper cuts 2.5556 to 2.55.
  CHECK(apc / 4608 / giga >= 2.55);
  CHECK(apc / 4608 / giga < 2.56);
}

TEST_CASE("APC: Eq. (4): M base models compute M times as much") {
  CHECK(amount_of_parallel_computation(23 * giga, 512, 8) == 94'208 * giga);
  CHECK(amount_of_parallel_computation(3, 5, 7) == 105);
}

TEST_CASE("APC: a factor below 1 is a usage error that names the equation and the values") {
  CHECK_THROWS_AS(amount_of_parallel_computation(0, 512), UsageError);
  CHECK_THROWS_AS(amount_of_parallel_computation(23, 0), UsageError);
  CHECK_THROWS_AS(amount_of_parallel_computation(23, 512, -1), UsageError);
  CHECK_THROWS_WITH(amount_of_parallel_computation(23, 0, 4),
                    "APC, Eq. (4): M 4 x |B_k| 0 x 23 FLOP a sample, each must be at least 1 and "
                    "the product at most 9223372036854775807");
}

TEST_CASE("APC: a product beyond 2^63 - 1 is a usage error, the largest below it is not") {
  constexpr Count half = Count{1} << 31;

  CHECK(amount_of_parallel_computation(half, half, 1) == Count{1} << 62);
  CHECK_THROWS_AS(amount_of_parallel_computation(half, half, 2), UsageError);
  CHECK_THROWS_AS(amount_of_parallel_computation(half, 4 * half, 1), UsageError);
  CHECK(amount_of_parallel_computation(7, 7, 188'232'082'384'791'343) == 9'223'372'036'854'775'807);
}

}  // namespace
