// SPDX-License-Identifier: Apache-2.0
// A kernel names the step it computes: so a set finds and replaces it.
// expect: NamesOperation
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifndef FAULT
  using operation = steps::Relu;
#endif
  struct Prepared {
    void run(Arguments) {}
  };
  static Prepared prepare(devices::Host&, steps::Relu const&, Shapes const&, Types) { return {}; }
};
static_assert(KernelPolicy<Mine, devices::Host>);
