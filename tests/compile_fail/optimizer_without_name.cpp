// SPDX-License-Identifier: Apache-2.0
// expect: Named
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Optimizer {
#ifdef FAULT
  static constexpr int name = 7;
#endif
};
static_assert(OptimizerPolicy<Mine, devices::Host, float>);
