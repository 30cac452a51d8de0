// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <ai500/samplers/policy.hpp>

namespace ai500::samplers {

/// No sampling: each base model sees each sample once, in the data set's order. Members then differ
/// only by their initial weights and the order of their epochs.
struct EverySample {
  static constexpr std::string_view name = "none";

  constexpr Count elements(Count n) const { return n; }

  constexpr Draw draw(Seed, Job, Count element, Count) const {
    return {static_cast<Sample>(element), 1};
  }
};
static_assert(SamplerPolicy<EverySample>);

}  // namespace ai500::samplers
