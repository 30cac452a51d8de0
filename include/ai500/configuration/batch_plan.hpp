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
inline BatchPlan batch_plan(Count batch, std::optional<Count> micro_batch, int degree) {
  check_range("--batch", batch, 1, largest_batch);
  check_optional_range("--micro-batch", micro_batch, 1, largest_batch);
  check_range("P_degree", degree, 1);
  // Fits: an int times 2^32 is below 2^63, and so is the multiple above `batch`.
  Count const unit = degree * micro_batch.value_or(1);
  if (batch % unit == 0) {
    Count const samples_a_rank = batch / degree;
    Count const chosen = micro_batch.value_or(samples_a_rank);
    return {batch, chosen, samples_a_rank / chosen};
  }

  Count const below = batch / unit * unit;
  std::string message = "--batch " + std::to_string(batch) + ": must be a multiple of P_degree";
  message += micro_batch ? " x micro-batch = " : " = ";
  message += std::to_string(degree);
  if (micro_batch)
    message += " x " + std::to_string(*micro_batch) + " = " + std::to_string(unit);
  else
    message += " (micro-batch: |B_k| / P_degree)";
  message += "; nearest: ";
  if (below > 0) message += std::to_string(below) + " or ";
  message += std::to_string(below + unit);
  throw UsageError(message);
}

}  // namespace ai500
