// SPDX-License-Identifier: Apache-2.0
// expect: ComputesIn
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct FloatOnly : sound::KernelTraits {
#ifdef FAULT
  static constexpr bool computes_in(Types types) { return types.compute == NumberType::float32; }
#endif
};
struct Mine : sound::Workload {
  using Kernels = KernelSet<FloatOnly>;
};
struct Double {
  static constexpr std::string_view name = "double";
  using compute = double;
  using accumulate = double;
  using message = double;
};
Benchmark::with_workload<Mine>::with_precision<Double> benchmark{};
