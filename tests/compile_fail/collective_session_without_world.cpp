// SPDX-License-Identifier: Apache-2.0
// expect: SessionHasWorld
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
#ifdef FAULT
  struct Session {
    Session(int&, char**&);
    Communicator communicator();
    void abort(int);
  };
#endif
};
static_assert(CollectivePolicy<Mine>);
