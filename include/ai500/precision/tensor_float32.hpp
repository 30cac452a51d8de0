// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/precision/policy.hpp>

namespace ai500::precision {

/// FP32 in memory; the products of convolutions and matrices on tensor cores, which round operands
/// to TF32 (8 bits of exponent, 10 of mantissa) and sum in FP32. Needs an A100 or later.
struct TensorFloat32 {
  static constexpr std::string_view name = "tf32";
  using compute = float;
  using accumulate = float;
  using message = float;
  static constexpr Math math = Math::tensor_float32;
};
static_assert(PrecisionPolicy<TensorFloat32> && StatesMath<TensorFloat32>);

}  // namespace ai500::precision
