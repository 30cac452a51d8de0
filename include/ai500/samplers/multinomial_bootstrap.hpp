// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <ai500/core/random.hpp>
#include <ai500/samplers/policy.hpp>

namespace ai500::samplers {

/// Breiman's bootstrap (section 3.1.1): exactly N draws with replacement, each uniform over the N
/// samples. P(a sample is drawn at least once) = 1 - (1 - 1/N)^N, about 0.632. The samples come in
/// the random order in which they were drawn.
struct MultinomialBootstrap {
  static constexpr std::string_view name = "multinomial bootstrap";

  /// One element a draw.
  constexpr Count elements(Count n) const { return n; }

  constexpr Draw draw(Seed seed, Job job, Count element, Count n) const {
    const std::uint64_t bits =
        random_bits({seed, job, purpose::bootstrap}, static_cast<std::uint64_t>(element));
    return {static_cast<Sample>(random_below(bits, static_cast<std::uint64_t>(n))), 1};
  }
};
static_assert(SamplerPolicy<MultinomialBootstrap>);

}  // namespace ai500::samplers
