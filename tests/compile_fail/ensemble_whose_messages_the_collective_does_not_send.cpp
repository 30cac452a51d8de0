// SPDX-License-Identifier: Apache-2.0
// A precision that sends 16 bits, over a collective that sums only what it is given.
// expect: SumsOn|ReducesOn
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::Precision {
#ifdef FAULT
  using message = bfloat16;
#endif
};
Benchmark::with_precision<Mine> benchmark{};
