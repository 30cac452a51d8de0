// SPDX-License-Identifier: Apache-2.0
// Losses are read a step later than they are computed.
// expect: DownloadsLate
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void download_late(void*) {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
