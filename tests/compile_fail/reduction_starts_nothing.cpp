// SPDX-License-Identifier: Apache-2.0
// Which part is started?
// expect: StartsParts
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
#ifdef FAULT
  void start();
#endif
};
static_assert(ReductionOf<Mine, float>);
