// SPDX-License-Identifier: Apache-2.0
// It can compute somewhere, or not.
// expect: SaysWhereApplicable
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  using operation = steps::Relu;
#ifndef FAULT
  static bool applicable(devices::Host&, operation const&, Shapes const&, Types) { return true; }
#else
  static int applicable(devices::Host&, operation const&, Shapes const&, Types) { return 1; }
#endif
};
static_assert(SaysWhereApplicable<Mine, devices::Host>);
