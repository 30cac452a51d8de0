// SPDX-License-Identifier: Apache-2.0
// pending() says whether something is under way.
// expect: Progresses
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
#ifdef FAULT
  bool progress();  // as MPI_Test: is it done?
#endif
};
static_assert(ReductionOf<Mine, float>);
