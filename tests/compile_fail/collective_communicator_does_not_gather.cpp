// SPDX-License-Identifier: Apache-2.0
// expect: SharesText
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::CommunicatorOf<Mine> {
#ifdef FAULT
  std::string allgather(std::string const& text);  // all in one
#endif
};
static_assert(Communicator<Mine>);
