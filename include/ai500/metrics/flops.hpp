// SPDX-License-Identifier: Apache-2.0
/// @file FLOPS, the primary metric: Eq. (6).
#pragma once

#include <limits>
#include <span>
#include <string>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// What one base model computed.
struct MemberWork {
  Count samples_processed =
      0;  ///< over all epochs and all its ranks; a sample drawn twice counts twice
  Count flops_a_sample = 0;  ///< training FLOP of one sample, counted on the graph (Table 3)
};

/// FLOPS in FLOP/s: the sum over the members of samples processed x training FLOP a sample, divided
/// by the time in which all of them were trained.
///
/// It is Eq. (6) over all epochs instead of one: N / |B_k| iterations of |B_k| samples are the
/// samples a member processed. They differ between members when the bootstrap's size is random, so
/// each member counts its own.
/// @param seconds T, from the barrier before the first step to the end of the slowest rank
/// @throws UsageError if there is no member or a member's numbers are negative
/// @throws Error unless seconds is positive and finite: then the clock was read wrongly
constexpr double flops(std::span<MemberWork const> members, double seconds) {
  if (members.empty()) throw UsageError("FLOPS, Eq. (6): there is no member");
  if (!(seconds > 0 && seconds <= std::numeric_limits<double>::max()))
    throw Error("FLOPS, Eq. (6): T is " + std::to_string(seconds) + " s, it must be positive");
  double work = 0;
  for (MemberWork const& member : members) {
    if (member.samples_processed < 0 || member.flops_a_sample < 0)
      throw UsageError("FLOPS, Eq. (6): a member processed " +
                       std::to_string(member.samples_processed) + " samples of " +
                       std::to_string(member.flops_a_sample) + " FLOP, neither may be negative");
    work +=
        static_cast<double>(member.samples_processed) * static_cast<double>(member.flops_a_sample);
  }
  return work / seconds;
}

}  // namespace ai500
