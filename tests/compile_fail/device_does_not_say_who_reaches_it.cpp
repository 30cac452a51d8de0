// SPDX-License-Identifier: Apache-2.0
// Whether the host reaches the memory is known at compile time.
// expect: SaysWhetherTheHostReachesIt
#include "sound_policies.hpp"

struct Mine : sound::Device {
#ifdef FAULT
  void reached_by_host() {}
#endif
};
static_assert(ai500::DevicePolicy<Mine>);
