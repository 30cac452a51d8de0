// SPDX-License-Identifier: Apache-2.0
// expect: OpensSession
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
#ifdef FAULT
  struct Session {  // takes no command line
    void run_ranks(void (*)(Communicator&));
    void abort(int);
  };
#endif
};
static_assert(CollectivePolicy<Mine>);
