// SPDX-License-Identifier: Apache-2.0
// expect: ReducesSums
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  void allreduce(View<float>);
#endif
};
static_assert(Communicator<Mine>);
