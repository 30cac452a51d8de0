// SPDX-License-Identifier: Apache-2.0
// expect: DrawsSamples
#include <ai500/samplers/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  constexpr Count elements(Count n) const { return n; }
#ifdef FAULT  // without const: it could change the sampler
  constexpr Draw draw(Seed, Job, Count element, Count) { return {static_cast<Sample>(element), 1}; }
#else
  constexpr Draw draw(Seed, Job, Count element, Count) const {
    return {static_cast<Sample>(element), 1};
  }
#endif
};
static_assert(SamplerPolicy<Mine>);
