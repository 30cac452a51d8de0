// SPDX-License-Identifier: Apache-2.0
// It lists the ways that it has.
// expect: OffersWays
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  using operation = steps::Relu;
#ifndef FAULT
  static std::vector<std::string> ways(devices::Host&, operation const&, Shapes const&, Types) {
    return {};
  }
#else
  static std::string ways(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
#endif
};
static_assert(OffersWays<Mine, devices::Host>);
