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

/// The cost in all runs of a training that was resumed: seconds add up; if the ways of summing
/// differ, both are named.
/// @param before in the runs before this one
inline ReductionCost continued(ReductionCost const& before, ReductionCost now) {
  now.hidden_seconds += before.hidden_seconds;
  now.exposed_seconds += before.exposed_seconds;
  if (before.transport.ends_with(now.transport))
    now.transport = before.transport;
  else if (!before.transport.empty())
    now.transport = before.transport + ", then " + now.transport;
  return now;
}

}  // namespace ai500
