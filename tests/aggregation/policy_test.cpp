// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <span>
#include <string_view>

#include <ai500/aggregation/majority_vote.hpp>
#include <ai500/aggregation/policy.hpp>
#include <ai500/aggregation/soft_vote.hpp>

namespace {

using namespace ai500;

struct FirstMember {
  static constexpr std::string_view name = "first member";
  static Predictions aggregate(std::span<Predictions const> members) { return members[0]; }
};
struct Nameless {
  static Predictions aggregate(std::span<Predictions const> members) { return members[0]; }
};
struct Idle {
  static constexpr std::string_view name = "idle";
};
struct ReturnsNothing {
  static constexpr std::string_view name = "returns nothing";
  static void aggregate(std::span<Predictions const>) {}
};

TEST_CASE("AggregationPolicy: takes a user's own vote and the shipped ones") {
  CHECK(AggregationPolicy<FirstMember>);
  CHECK(AggregationPolicy<aggregation::SoftVote>);
  CHECK(AggregationPolicy<aggregation::MajorityVote>);
}

TEST_CASE("AggregationPolicy: refuses what lacks a part") {
  CHECK_FALSE(AggregationPolicy<Nameless>);
  CHECK_FALSE(AggregatesPredictions<Idle>);
  CHECK_FALSE(AggregationPolicy<Idle>);
  CHECK_FALSE(AggregatesPredictions<ReturnsNothing>);
  CHECK_FALSE(AggregationPolicy<ReturnsNothing>);
}

}  // namespace
