// SPDX-License-Identifier: Apache-2.0
// A fault of the communicator is named when the collective is checked.
// expect: ReducesSums
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
  struct Communicator : sound::CommunicatorOf<Communicator> {
#ifdef FAULT
    void allreduce(View<float>);
#endif
  };
  struct Session {
    Session(int&, char**&, JoinRequest const&);
    void run_ranks(void (*)(Communicator&));
    void abort(int);
  };
};
static_assert(CollectivePolicy<Mine>);
