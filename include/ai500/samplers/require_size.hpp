// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500::samplers {

/// Throws unless there are 1 to 2^32 - 1 things: what a Sample can number and a Permutation can
/// order.
/// @param call the function that was called, for the message
/// @throws UsageError which names the call and the size
constexpr void require_size(char const* call, Count size) {
  constexpr Count largest = std::numeric_limits<Sample>::max();
  if (size >= 1 && size <= largest) return;
  throw UsageError(std::string(call) + ": N is " + std::to_string(size) + ", it must be 1 to " +
                   std::to_string(largest));
}

}  // namespace ai500::samplers
