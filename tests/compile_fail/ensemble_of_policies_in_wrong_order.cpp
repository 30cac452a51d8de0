// SPDX-License-Identifier: Apache-2.0
// expect: PrecisionPolicy|HasComputeType
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

#ifdef FAULT
using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::ParallelMode,
                           sound::Precision, sound::Collective>;
#else
using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;
#endif
Benchmark benchmark{};
