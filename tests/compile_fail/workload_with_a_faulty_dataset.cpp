// SPDX-License-Identifier: Apache-2.0
// A fault of the data set is named when the workload is checked.
// expect: CountsSamples
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  struct Dataset : sound::DatasetOf<Dataset> {
    int size(Split) const;
  };
#endif
};
static_assert(WorkloadPolicy<Mine>);
