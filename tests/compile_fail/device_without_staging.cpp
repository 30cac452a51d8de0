// SPDX-License-Identifier: Apache-2.0
// Copies go through memory of the device's choice.
// expect: AllocatesStaging
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void allocate_staging() {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
