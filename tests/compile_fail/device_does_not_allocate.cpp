// SPDX-License-Identifier: Apache-2.0
// A device has memory of its own.
// expect: AllocatesMemory
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  int allocate = 0;
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
