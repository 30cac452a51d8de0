// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of batch_plan.hpp.
#pragma once

#include <optional>
#include <string>

#include <ai500/configuration/batch_plan.hpp>

namespace ai500 {

BatchPlan batch_plan(Count batch, std::optional<Count> micro_batch, int degree) {
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
