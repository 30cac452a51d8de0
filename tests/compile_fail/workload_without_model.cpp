// SPDX-License-Identifier: Apache-2.0
// expect: HasModel
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  using Model = Graph;  // the type that has graph(image, classes) is the model
#endif
};
static_assert(WorkloadPolicy<Mine>);
