// SPDX-License-Identifier: Apache-2.0
// A kernel says its name: reports print it.
// expect: Named
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  static constexpr std::string_view name = "mine";
#endif
  using operation = steps::Relu;
  struct Prepared {
    void run(Arguments) {}
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
};
static_assert(KernelPolicy<Mine, devices::Host>);
