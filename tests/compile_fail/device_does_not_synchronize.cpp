// SPDX-License-Identifier: Apache-2.0
// Time is taken when all work is done.
// expect: WaitsForItsWork
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void synchronize(int) {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
