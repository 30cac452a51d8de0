// SPDX-License-Identifier: Apache-2.0
// expect: HasState
#include "sound_policies.hpp"

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  sound::Schedule schedule{};
  template <class Device, class T>
#ifdef FAULT
  struct Memory {
    Memory(Mine const&, Device&, std::span<ParameterSlot const>) {}
#else
  struct State {
    State(Mine const&, Device&, std::span<ParameterSlot const>) {}
#endif
    void update(View<T, Device>, View<T const, Device>, TermsOn<T, Device>) {}
    std::vector<NamedBuffer<T, Device>> buffers() { return {}; }
  };
};
static_assert(OptimizerPolicy<Mine, devices::Host, float>);
