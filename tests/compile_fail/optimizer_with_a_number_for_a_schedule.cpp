// SPDX-License-Identifier: Apache-2.0
// A constant rate is a schedule too, and must be written as one.
// expect: SchedulePolicy
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Optimizer {
#ifdef FAULT
  double schedule = 0.1;
#endif
};
static_assert(OptimizerPolicy<Mine, devices::Host, float>);
