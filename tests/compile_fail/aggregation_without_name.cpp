// SPDX-License-Identifier: Apache-2.0
// expect: Named
#include <ai500/aggregation/policy.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  static constexpr std::string_view name = "mine";
#endif
  static Predictions aggregate(std::span<Predictions const> members) { return members[0]; }
};
static_assert(AggregationPolicy<Mine>);
