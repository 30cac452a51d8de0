// SPDX-License-Identifier: Apache-2.0
// Losses and probabilities are read on the host.
// expect: Downloads
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void download(void*) {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
