// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <ai500/configuration/checks.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// How one step of one base model divides its batch: |B_k| = P_degree x micro_batches x
/// micro_batch.
struct BatchPlan {
  Count batch = 1;          ///< |B_k|, samples a step of one base model, all its ranks together
  Count micro_batch = 1;    ///< samples that one normalization sees
  Count micro_batches = 1;  ///< micro-batches a rank and step, whose gradients are added

  friend constexpr bool operator==(BatchPlan const&, BatchPlan const&) = default;
};

/// Divides a batch among `degree` ranks.
///
/// @param batch |B_k|.
/// @param micro_batch if not given, a rank's whole share: |B_k| / P_degree.
/// @param degree P_degree, at least 1.
/// @throws UsageError naming the three values and the nearest valid batches, if |B_k| is not a
/// multiple of
///         P_degree x micro_batch, or a value is not positive.
BatchPlan batch_plan(Count batch, std::optional<Count> micro_batch, int degree);

}  // namespace ai500
