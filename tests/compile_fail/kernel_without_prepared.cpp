// SPDX-License-Identifier: Apache-2.0
// What a kernel prepares is its nested type Prepared.
// expect: HasPrepared
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Work {
  void run(Arguments) {}
};

struct Mine {
  static constexpr std::string_view name = "mine";
  using operation = steps::Relu;
#ifndef FAULT
  using Prepared = Work;
#endif
  static Work prepare(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
};
static_assert(KernelPolicy<Mine, devices::Host>);
