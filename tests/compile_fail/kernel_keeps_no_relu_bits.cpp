// SPDX-License-Identifier: Apache-2.0
// Says that it keeps a relu as numbers.
// expect: KeepsReluBits
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  using operation = steps::Relu;
#ifndef FAULT
  static constexpr bool keeps_relu_bits = true;
#else
  static constexpr bool keeps_relu_bits = false;
#endif
};
static_assert(KeepsReluBits<Mine>);
