// SPDX-License-Identifier: Apache-2.0
// expect: SharesBatch
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::ParallelMode {
#ifdef FAULT
  static constexpr Count share(Count batch, int, int degree) { return batch / degree; }
#endif
};
Benchmark::with_parallel_mode<Mine> benchmark{};
