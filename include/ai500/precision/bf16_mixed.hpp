// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/precision/policy.hpp>

namespace ai500::precision {

/// Activations and their gradients in bfloat16, parameters, their gradients, statistics and losses
/// in single precision. bfloat16 has the exponents of single precision: no loss is scaled.
struct Bf16Mixed {
  static constexpr std::string_view name = "mixed bf16";
  using compute = bfloat16;
  using accumulate = float;
  using message = float;
};
static_assert(PrecisionPolicy<Bf16Mixed> && !ScalesLoss<Bf16Mixed>);

}  // namespace ai500::precision
