// SPDX-License-Identifier: Apache-2.0
// expect: DrawsSamples
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::Sampler {
#ifdef FAULT
  Sample draw(Seed, Job, Count element, Count) const { return static_cast<Sample>(element); }
#endif
};
Benchmark::with_sampler<Mine> benchmark{};
