// SPDX-License-Identifier: Apache-2.0
// expect: BuildsGraph
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  Graph graph();
#endif
};
static_assert(WorkloadPolicy<Mine>);
