// SPDX-License-Identifier: Apache-2.0
// The host asks whether a late download is done.
// expect: MarksItsQueue
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  bool has_reached() { return true; }
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
