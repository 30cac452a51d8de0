// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/precision/policy.hpp>

namespace ai500::precision {

/// IEEE single precision everywhere: the default on CPUs.
struct Fp32 {
  static constexpr std::string_view name = "fp32";
  using compute = float;
  using accumulate = float;
  using message = float;
};
static_assert(PrecisionPolicy<Fp32>);

}  // namespace ai500::precision
