// SPDX-License-Identifier: Apache-2.0
// long double is a type of C++, but no NumberType.
// expect: HasAccumulateType
#include <ai500/precision/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using compute = double;
#ifdef FAULT
  using accumulate = long double;
#else
  using accumulate = double;
#endif
  using message = double;
};
static_assert(PrecisionPolicy<Mine>);
