// SPDX-License-Identifier: Apache-2.0
// expect: CountsPending
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
#ifdef FAULT
  Count pending();  // not const
#endif
};
static_assert(ReductionOf<Mine, float>);
