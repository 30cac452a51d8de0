// SPDX-License-Identifier: Apache-2.0
// expect: HasAggregation
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  using Aggregation = Predictions;  // what it makes
#endif
};
static_assert(WorkloadPolicy<Mine>);
