// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/precision/policy.hpp>

namespace ai500::precision {

/// IEEE double precision everywhere: to tell rounding from error.
struct Fp64 {
  static constexpr std::string_view name = "fp64";
  using compute = double;
  using accumulate = double;
  using message = double;
};
static_assert(PrecisionPolicy<Fp64>);

}  // namespace ai500::precision
