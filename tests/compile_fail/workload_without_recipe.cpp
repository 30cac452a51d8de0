// SPDX-License-Identifier: Apache-2.0
// expect: HasRecipe
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  struct {
    int epochs = 1;
    Count batch = 1;
    double target = 0.5;  // should be target_top1
  } recipe{};
#endif
};
static_assert(WorkloadPolicy<Mine>);
