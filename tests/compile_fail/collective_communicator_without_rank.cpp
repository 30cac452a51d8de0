// SPDX-License-Identifier: Apache-2.0
// expect: KnowsItsRank
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  int rank();  // without const
#endif
};
static_assert(Communicator<Mine>);
