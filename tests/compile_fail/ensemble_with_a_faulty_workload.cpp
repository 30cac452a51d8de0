// SPDX-License-Identifier: Apache-2.0
// expect: MeasuresQuality
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::Workload {
#ifdef FAULT
  double quality() const;
#endif
};
Benchmark::with_workload<Mine> benchmark{};
