// SPDX-License-Identifier: Apache-2.0
// A misspelt `run` is an error, not a kernel of somebody else's that is run and timed instead.
// expect: Runs
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using operation = steps::Relu;
  struct Prepared {
#ifndef FAULT
    void run(Arguments) {}
#else
    void Run(Arguments) {}
#endif
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
};
static_assert(KernelPolicy<Mine, devices::Host>);
