// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// APC, the amount of parallel computation in an iteration, in FLOP: what a machine may compute at
/// the same time. Eq. (4): M base models, each |B_k| samples; with M = 1 it is Eq. (3).
///
/// Each base model is an instance of the same model, so the sums are products.
/// @param flops_a_sample Computation(f(x)), FLOP to train on one sample
/// @param batch |B_k|, of one base model
/// @param ensemble_size M
/// @throws UsageError unless all are at least 1 and the product fits a Count (9.2e18 FLOP)
constexpr Count amount_of_parallel_computation(Count flops_a_sample, Count batch,
                                               Count ensemble_size = 1) {
  constexpr Count largest = std::numeric_limits<Count>::max();
  const bool positive = flops_a_sample >= 1 && batch >= 1 && ensemble_size >= 1;
  if (!positive || batch > largest / flops_a_sample ||
      ensemble_size > largest / (flops_a_sample * batch))
    throw UsageError("APC, Eq. (4): M " + std::to_string(ensemble_size) + " x |B_k| " +
                     std::to_string(batch) + " x " + std::to_string(flops_a_sample) +
                     " FLOP a sample, each must be at least 1 and the product at most " +
                     std::to_string(largest));
  return ensemble_size * batch * flops_a_sample;
}

}  // namespace ai500
