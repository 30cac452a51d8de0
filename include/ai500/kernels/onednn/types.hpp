// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

/// FP32, or bfloat16 for activations and their gradients beside FP32 for all else.
constexpr bool computes_in(Types types) {
  return types.accumulate == NumberType::float32 &&
         (types.compute == NumberType::float32 || types.compute == NumberType::bfloat16);
}

/// @throws Error for types the kernels do not compute in
inline void require_types(std::string_view step, Types types) {
  if (!computes_in(types))
    throw Error("kernels::OneDnn: " + std::string(step) +
                " is computed in float32 or in bfloat16, with parameters in float32; not in " +
                std::string(name(types.compute)) + " with parameters in " +
                std::string(name(types.accumulate)));
}

}  // namespace ai500::kernels::onednn
