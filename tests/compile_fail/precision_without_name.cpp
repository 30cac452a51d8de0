// SPDX-License-Identifier: Apache-2.0
// expect: Named
#include <ai500/precision/policy.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  static constexpr std::string_view name = "mine";
#endif
  using compute = float;
  using accumulate = float;
  using message = float;
};
static_assert(PrecisionPolicy<Mine>);
