// SPDX-License-Identifier: Apache-2.0
// expect: HasDataset
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  using Dataset = std::string;  // its folder
#endif
};
static_assert(WorkloadPolicy<Mine>);
