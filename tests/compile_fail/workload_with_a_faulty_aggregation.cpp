// SPDX-License-Identifier: Apache-2.0
// A fault of the aggregation is named when the workload is checked.
// expect: AggregatesPredictions
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  struct Aggregation {
    static constexpr std::string_view name = "mine";
    static void aggregate();
  };
#endif
};
static_assert(WorkloadPolicy<Mine>);
