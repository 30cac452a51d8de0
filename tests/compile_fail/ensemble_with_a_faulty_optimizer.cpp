// SPDX-License-Identifier: Apache-2.0
// expect: Updates
#include <ai500/ensemble.hpp>

#include "sound_policies.hpp"

using namespace ai500;

using Benchmark = Ensemble<sound::Workload, sound::Sampler, sound::Optimizer, sound::Precision,
                           sound::ParallelMode, sound::Collective>;

struct Mine : sound::Optimizer {
#ifdef FAULT
  template <class Device, class T>
  struct State {
    State(Optimizer const&, Device&, std::span<ParameterSlot const>) {}
    void step(View<T, Device>, View<T const, Device>, double) {}
  };
#endif
};
Benchmark::with_optimizer<Mine> benchmark{};
