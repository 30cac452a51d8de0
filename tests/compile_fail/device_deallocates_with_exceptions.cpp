// SPDX-License-Identifier: Apache-2.0
// Destructors free memory: nothing may be thrown.
// expect: AllocatesMemory
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void deallocate(void*) {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
