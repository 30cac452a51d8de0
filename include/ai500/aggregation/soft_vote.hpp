// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <ai500/aggregation/policy.hpp>
#include <ai500/aggregation/predictions.hpp>

namespace ai500::aggregation {

/// "The final decision is aggregated by averaging all the predictions of the base models" (section
/// 3.1.1): the mean of the members' probabilities, added in the order of the jobs in double and
/// rounded once.
///
/// A member that diverged (not a number) makes the mean not a number too: it is not hidden.
struct SoftVote {
  static constexpr std::string_view name = "soft vote";

  /// @throws UsageError if there is no member
  /// @throws Error which names the first member whose predictions do not fit
  static Predictions aggregate(std::span<Predictions const> members) {
    require_same_shape(members);
    Predictions mean{
        .samples = members[0].samples, .classes = members[0].classes, .probabilities = {}};
    mean.probabilities.resize(members[0].probabilities.size());
    for (std::size_t i = 0; i < mean.probabilities.size(); ++i) {
      double sum = 0;
      for (Predictions const& member : members) sum += static_cast<double>(member.probabilities[i]);
      mean.probabilities[i] = static_cast<float>(sum / static_cast<double>(members.size()));
    }
    return mean;
  }
};
static_assert(AggregationPolicy<SoftVote>);

}  // namespace ai500::aggregation
