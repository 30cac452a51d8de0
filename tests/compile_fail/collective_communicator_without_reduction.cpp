// SPDX-License-Identifier: Apache-2.0
// expect: ReducesInParts
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  template <class T>
  sound::Reduction<T> reduction(Count);  // on which host?
#endif
};
static_assert(Communicator<Mine>);
