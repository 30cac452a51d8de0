// SPDX-License-Identifier: Apache-2.0
// expect: SessionAborts
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
#ifdef FAULT
  struct Session {
    Session(int&, char**&, JoinRequest const&);
    void run_ranks(void (*)(Communicator&));
    void abort();  // with which exit code?
  };
#endif
};
static_assert(CollectivePolicy<Mine>);
