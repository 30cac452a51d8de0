// SPDX-License-Identifier: Apache-2.0
// Says that it does not only count elements.
// expect: TakesAnyLayout
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  using operation = steps::Relu;
#ifndef FAULT
  static constexpr bool any_layout = true;
#else
  static constexpr bool any_layout = false;
#endif
};
static_assert(TakesAnyLayout<Mine>);
