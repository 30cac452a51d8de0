// SPDX-License-Identifier: Apache-2.0
// expect: Named
#include <ai500/samplers/policy.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  static constexpr std::string_view name = "mine";
#endif
  constexpr Count elements(Count n) const { return n; }
  constexpr Draw draw(Seed, Job, Count element, Count) const {
    return {static_cast<Sample>(element), 1};
  }
};
static_assert(SamplerPolicy<Mine>);
