// SPDX-License-Identifier: Apache-2.0
// expect: HoldsMemory
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
#ifdef FAULT
  View<double> memory();
#endif
};
static_assert(ReductionOf<Mine, float>);
