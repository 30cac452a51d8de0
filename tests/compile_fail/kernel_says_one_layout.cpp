// SPDX-License-Identifier: Apache-2.0
// It lists the layouts that it computes in, best first.
// expect: ChoosesLayouts
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  using operation = steps::Relu;
#ifndef FAULT
  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const&, Types) {
    return {};
  }
#else
  static StepLayouts layouts(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
#endif
};
static_assert(ChoosesLayouts<Mine, devices::Host>);
