// SPDX-License-Identifier: Apache-2.0
// expect: SessionRunsRanks
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
#ifdef FAULT
  struct Session {
    Session(int&, char**&, JoinRequest const&);
    Communicator world();  // and who calls the other ranks?
    void abort(int);
  };
#endif
};
static_assert(CollectivePolicy<Mine>);
