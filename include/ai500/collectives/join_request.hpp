// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <ai500/core/error.hpp>

namespace ai500 {

/// What a process is told when it joins the ranks of a run.
struct JoinRequest {
  std::optional<int> ranks = {};  ///< that this process is to have (--ranks); absent: not asked for
  int accelerators = 0;           ///< that this process sees; 0: it computes on its cores
  double patience_seconds = 600;  ///< that a rank waits for another one on accelerators
};

/// For collectives that do not make ranks themselves.
/// @param instead what would be right, as in "start them with mpirun"
/// @throws UsageError when ranks are asked for
inline void refuse_ranks(JoinRequest const& request, std::string const& instead) {
  if (request.ranks) throw UsageError("--ranks " + std::to_string(*request.ranks) + ": " + instead);
}

}  // namespace ai500
