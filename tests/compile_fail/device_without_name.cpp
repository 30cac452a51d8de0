// SPDX-License-Identifier: Apache-2.0
// Reports name the device.
// expect: Named
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  int name = 0;
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
