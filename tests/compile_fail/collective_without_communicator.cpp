// SPDX-License-Identifier: Apache-2.0
// expect: HasCommunicator
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
#ifdef FAULT
  using Communicator = void*;  // a handle is no communicator
#endif
};
static_assert(CollectivePolicy<Mine>);
