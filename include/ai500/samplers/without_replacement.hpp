// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/core/random.hpp>
#include <ai500/samplers/permutation.hpp>
#include <ai500/samplers/policy.hpp>

namespace ai500::samplers {

/// A random part of the data set, no sample twice, in random order (Breiman's pasting; subbagging).
/// Of half of the samples a member learns about as much as of a bootstrap, at half of its cost.
struct WithoutReplacement {
  static constexpr std::string_view name = "without replacement";

  double fraction = 0.5;  ///< of the n samples; more than 0, at most 1

  /// fraction x n, rounded to the nearest, at least 1.
  /// @throws UsageError if fraction is not in (0, 1]
  constexpr Count elements(Count n) const {
    if (!(fraction > 0 && fraction <= 1))
      throw UsageError("WithoutReplacement: fraction is " + std::to_string(fraction) +
                       ", it must be more than 0 and at most 1");
    const Count nearest = static_cast<Count>(fraction * static_cast<double>(n) + 0.5);
    return nearest < 1 ? 1 : nearest;
  }

  constexpr Draw draw(Seed seed, Job job, Count element, Count n) const {
    const Permutation permutation({seed, job, purpose::subsample}, 0, n);
    return {static_cast<Sample>(permutation(static_cast<std::uint64_t>(element))), 1};
  }
};
static_assert(SamplerPolicy<WithoutReplacement>);

}  // namespace ai500::samplers
