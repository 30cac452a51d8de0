// SPDX-License-Identifier: Apache-2.0
// expect: FindsMaximum
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  float maximum(float number);
#endif
};
static_assert(Communicator<Mine>);
