// SPDX-License-Identifier: Apache-2.0
// expect: StatesQuality
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  static double exponent();
#endif
};
static_assert(WorkloadPolicy<Mine>);
