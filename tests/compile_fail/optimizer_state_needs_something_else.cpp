// SPDX-License-Identifier: Apache-2.0
// A state is made of the optimizer, the device and the slots of the parameters.
// expect: HasState
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Optimizer {
#ifdef FAULT
  template <class Device, class T>
  struct State {
    State(Optimizer const&, Count parameters);
    void update(View<T, Device>, View<T const, Device>, TermsOn<T, Device>) {}
  };
#endif
};
static_assert(OptimizerPolicy<Mine, devices::Host, float>);
