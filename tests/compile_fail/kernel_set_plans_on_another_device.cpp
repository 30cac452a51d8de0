// SPDX-License-Identifier: Apache-2.0
// Programs are fitted to the device that they are run on.
// expect: MakesPlanningDevice
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::KernelTraits {
#ifndef FAULT
  static Device make_planning_device(DeviceChoice const&) { return {}; }
#else
  static sound::Device make_planning_device(DeviceChoice const&) { return {}; }
#endif
};
static_assert(MakesPlanningDevice<Mine>);
