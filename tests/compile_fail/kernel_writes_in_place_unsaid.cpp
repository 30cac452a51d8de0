// SPDX-License-Identifier: Apache-2.0
// Which result stands in the place of which argument must be said.
// expect: WritesInPlace
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  using operation = steps::Relu;
#ifndef FAULT
  static std::vector<InPlace> in_place(operation const&) { return {}; }
#else
  static bool in_place(operation const&) { return true; }
#endif
};
static_assert(WritesInPlace<Mine>);
