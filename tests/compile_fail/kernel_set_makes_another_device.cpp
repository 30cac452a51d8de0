// SPDX-License-Identifier: Apache-2.0
// expect: MakesDevice
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::KernelTraits {
#ifdef FAULT
  static sound::Device make_device(DeviceChoice const&) { return {}; }
#endif
};
static_assert(MakesDevice<Mine>);
