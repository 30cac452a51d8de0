// SPDX-License-Identifier: Apache-2.0
// The next step's images travel while this one is computed.
// expect: UploadsAhead
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void upload_ahead(void*) {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
