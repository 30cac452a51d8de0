// SPDX-License-Identifier: Apache-2.0
// expect: SharesText
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  void bcast(std::string& text, int root);  // MPI's way: in place
#endif
};
static_assert(Communicator<Mine>);
