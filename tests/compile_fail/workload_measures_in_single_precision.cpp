// SPDX-License-Identifier: Apache-2.0
// expect: MeasuresQuality
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  float quality(Predictions const&, std::span<int const>) const;
#endif
};
static_assert(WorkloadPolicy<Mine>);
