// SPDX-License-Identifier: Apache-2.0
// Its memory has no span for the host.
// expect: ReachedByHost
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Device {
#ifndef FAULT
  static constexpr bool reached_by_host = true;
#endif
};
static_assert(ReachedByHost<Mine>);
