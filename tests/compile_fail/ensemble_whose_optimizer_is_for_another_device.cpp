// SPDX-License-Identifier: Apache-2.0
// An optimizer that updates on one device only, and the kernels are on another.
// expect: OptimizerPolicy|HasState|Updates
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::Optimizer {
#ifdef FAULT
  struct Accelerator {};
  template <class, class T>
  struct State {
    State(Optimizer const&, Accelerator&, std::span<ParameterSlot const>) {}
    void update(View<T, Accelerator>, View<T const, Accelerator>, TermsOn<T, Accelerator>) {}
  };
#endif
};
Benchmark::with_optimizer<Mine> benchmark{};
