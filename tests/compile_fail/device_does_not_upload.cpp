// SPDX-License-Identifier: Apache-2.0
// Parameters and images are made on the host.
// expect: Uploads
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void upload(void*, void*) {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
