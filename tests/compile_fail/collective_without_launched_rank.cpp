// SPDX-License-Identifier: Apache-2.0
// expect: KnowsLaunchedRank
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
#ifdef FAULT
  static std::string launched_rank();
#endif
};
static_assert(CollectivePolicy<Mine>);
