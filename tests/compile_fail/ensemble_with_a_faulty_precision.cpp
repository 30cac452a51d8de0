// SPDX-License-Identifier: Apache-2.0
// expect: HasMessageType
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::Precision {
#ifdef FAULT
  using message = void;
#endif
};
Benchmark::with_precision<Mine> benchmark{};
