// SPDX-License-Identifier: Apache-2.0
// expect: NamesItsLibrary
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::Collective {
#ifdef FAULT
  static int library();
#endif
};
Benchmark::with_collective<Mine> benchmark{};
