// SPDX-License-Identifier: Apache-2.0
// expect: Synchronizes
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  bool barrier();  // an error is thrown, not returned
#endif
};
static_assert(Communicator<Mine>);
