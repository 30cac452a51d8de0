// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <ai500/core/types.hpp>

namespace ai500 {

/// What the sums over the ranks of one base model cost in a training; nothing where it has one
/// rank.
struct ReductionCost {
  std::string transport = {};     ///< how sums were made, in words; empty: there were none
  Count buckets = 0;              ///< that a step sums
  Count wire_bytes_per_step = 0;  ///< that each rank gives to them in a step
  double hidden_seconds = 0;      ///< kernels ran while a sum was under way; mean over the ranks
  double exposed_seconds = 0;     ///< the rank summed, sent or waited instead; mean over the ranks

  bool operator==(ReductionCost const&) const = default;
};

}  // namespace ai500
