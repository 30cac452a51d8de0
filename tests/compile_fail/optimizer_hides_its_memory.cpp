// SPDX-License-Identifier: Apache-2.0
// A checkpoint saves what later updates depend on.
// expect: ShowsItsMemory
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Optimizer {
#ifdef FAULT
  template <class Device, class T>
  struct State {
    State(Optimizer const&, Device&, std::span<ParameterSlot const>) {}
    void update(View<T, Device>, View<T const, Device>, TermsOn<T, Device>) {}
  };
#endif
};
static_assert(OptimizerPolicy<Mine, devices::Host, float>);
