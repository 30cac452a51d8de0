// SPDX-License-Identifier: Apache-2.0
// All parts are finished at once.
// expect: Finishes
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
#ifdef FAULT
  void finish(View<float> part);
#endif
};
static_assert(ReductionOf<Mine, float>);
