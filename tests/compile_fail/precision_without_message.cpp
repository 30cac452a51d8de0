// SPDX-License-Identifier: Apache-2.0
// expect: HasMessageType
#include <ai500/precision/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using compute = float;
  using accumulate = float;
#ifndef FAULT
  using message = float;
#endif
};
static_assert(PrecisionPolicy<Mine>);
