// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include <ai500/aggregation/policy.hpp>
#include <ai500/aggregation/predictions.hpp>
#include <ai500/metrics/top1.hpp>

namespace ai500::aggregation {

/// Breiman's plurality vote: a class's probability is the share of the members whose top-1 class it
/// is. Ties, in a member and in the vote, go to the lowest class.
///
/// A member that diverged (not a number) votes for no class; if all did, the result is not a number
/// either.
struct MajorityVote {
  static constexpr std::string_view name = "majority vote";

  /// @throws UsageError if there is no member
  /// @throws Error which names the first member whose predictions do not fit
  static Predictions aggregate(std::span<Predictions const> members) {
    require_same_shape(members);
    Predictions shares{
        .samples = members[0].samples, .classes = members[0].classes, .probabilities = {}};
    shares.probabilities.resize(members[0].probabilities.size());
    for (Count sample = 0; sample < shares.samples; ++sample) {
      const std::span<float> row = std::span(shares.probabilities)
                                       .subspan(static_cast<std::size_t>(sample * shares.classes),
                                                static_cast<std::size_t>(shares.classes));
      count_votes(members, sample, row);
    }
    return shares;
  }

 private:
  // votes is (classes) and zero.
  static void count_votes(std::span<Predictions const> members, Count sample,
                          std::span<float> votes) {
    std::size_t voters = 0;
    for (Predictions const& member : members) {
      const std::optional<Count> choice = top1_class(member.of(sample));
      if (!choice) continue;
      votes[static_cast<std::size_t>(*choice)] += 1;
      ++voters;
    }
    for (float& share : votes)
      share = voters == 0 ? std::numeric_limits<float>::quiet_NaN()
                          : share / static_cast<float>(voters);
  }
};
static_assert(AggregationPolicy<MajorityVote>);

}  // namespace ai500::aggregation
