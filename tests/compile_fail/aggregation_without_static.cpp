// SPDX-License-Identifier: Apache-2.0
// expect: AggregatesPredictions
#include <ai500/aggregation/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifdef FAULT
  Predictions aggregate(std::span<Predictions const> members) const { return members[0]; }
#else
  static Predictions aggregate(std::span<Predictions const> members) { return members[0]; }
#endif
};
static_assert(AggregationPolicy<Mine>);
