// SPDX-License-Identifier: Apache-2.0
// expect: HasComputeType
#include <ai500/precision/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifdef FAULT
  using Compute = float;
#else
  using compute = float;
#endif
  using accumulate = float;
  using message = float;
};
static_assert(PrecisionPolicy<Mine>);
