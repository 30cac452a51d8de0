// SPDX-License-Identifier: Apache-2.0
// `prepare` returns the kernel's own Prepared, not something that only looks like it.
// expect: Prepares
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using operation = steps::Relu;
  struct Prepared {
    void run(Arguments) {}
  };
#ifndef FAULT
  using Result = Prepared;
#else
  using Result = Prepared*;
#endif
  static Result prepare(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
};
static_assert(KernelPolicy<Mine, devices::Host>);
