// SPDX-License-Identifier: Apache-2.0
// Each rank has a device of its own to attach.
// expect: AttachesTo
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifndef FAULT
  void attach(sound::Device&) {}
#else
  void attach() {}
#endif
};
static_assert(AttachesTo<Mine, sound::Device>);
