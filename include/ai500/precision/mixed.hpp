// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/precision/dynamic_loss_scaling.hpp>
#include <ai500/precision/policy.hpp>

namespace ai500::precision {

/// Activations and their gradients in IEEE half precision, parameters, their gradients, statistics
/// and losses in single; the loss is scaled on the device (Micikevicius et al. 2018). The paper's
/// FP16, and the default on GPUs.
/// @tparam Message what ranks send each other
template <class Message>
struct MixedWithMessages {
  static constexpr std::string_view name = "mixed fp16";
  using compute = half;
  using accumulate = float;
  using message = Message;
  static constexpr DynamicLossScaling loss_scaling{};
};

using Mixed = MixedWithMessages<float>;
static_assert(PrecisionPolicy<Mixed> && ScalesLoss<Mixed>);

}  // namespace ai500::precision
