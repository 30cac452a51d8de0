// SPDX-License-Identifier: Apache-2.0
// The vote of a benchmark is swapped in its workload.
// expect: SwapsAggregation
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  struct with_aggregation {};  // no template
#endif
};
static_assert(WorkloadPolicy<Mine>);
