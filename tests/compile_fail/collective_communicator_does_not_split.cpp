// SPDX-License-Identifier: Apache-2.0
// expect: Splits
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  void split(int color);  // in place
#endif
};
static_assert(Communicator<Mine>);
