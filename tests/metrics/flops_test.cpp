// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/metrics/flops.hpp>

namespace {

using namespace ai500;

constexpr std::array<MemberWork, 2> two{MemberWork{.samples_processed = 100, .flops_a_sample = 8},
                                        MemberWork{.samples_processed = 60, .flops_a_sample = 5}};
static_assert(flops(two, 2.0) == 550);

TEST_CASE("FLOPS: Eq. (6): the work of all members over the time of all") {
  CHECK(flops(two, 0.5) == 2200);
  CHECK(flops(std::vector<MemberWork>{two[0]}, 4) == 200);
}

TEST_CASE("FLOPS: equals Eq. (6) as printed: iterations x APC / T_epoch") {
  // M = 3, |B_k| = 4, 10 iterations an epoch, 2 epochs of 5 s, 7 FLOP a sample.
  const std::vector<MemberWork> members(3, {.samples_processed = 2 * 10 * 4, .flops_a_sample = 7});

  CHECK(flops(members, 10) == doctest::Approx(10 * (3 * 4 * 7) / 5.0).epsilon(1e-15));
}

TEST_CASE("FLOPS: does not overflow where the work is more than 2^63 FLOP") {
  const std::vector<MemberWork> members(
      4, {.samples_processed = 1'000'000'000'000, .flops_a_sample = 1'000'000'000'000});

  CHECK(flops(members, 2) == doctest::Approx(2e24).epsilon(1e-15));
}

TEST_CASE("FLOPS: no work is 0 FLOP/s") {
  CHECK(flops(std::vector<MemberWork>{{.samples_processed = 0, .flops_a_sample = 8}}, 1) == 0);
}

TEST_CASE("FLOPS: a time that is not positive and finite is an error that names it") {
  for (const double seconds : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(flops(two, seconds), Error);
  CHECK_THROWS_WITH(flops(two, -1.5), "FLOPS, Eq. (6): T is -1.500000 s, it must be positive");
}

TEST_CASE("FLOPS: no member or negative work is a usage error") {
  CHECK_THROWS_AS(flops({}, 1), UsageError);
  CHECK_THROWS_WITH(
      flops(std::vector<MemberWork>{{.samples_processed = -1, .flops_a_sample = 8}}, 1),
      "FLOPS, Eq. (6): a member processed -1 samples of 8 FLOP, neither may be negative");
  CHECK_THROWS_AS(flops(std::vector<MemberWork>{{.samples_processed = 1, .flops_a_sample = -8}}, 1),
                  UsageError);
}

}  // namespace
