// SPDX-License-Identifier: Apache-2.0
// expect: SaysHowManyElements
#include <ai500/samplers/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifdef FAULT
  constexpr int elements(Count) const { return 7; }
#else
  constexpr Count elements(Count n) const { return n; }
#endif
  constexpr Draw draw(Seed, Job, Count element, Count) const {
    return {static_cast<Sample>(element), 1};
  }
};
static_assert(SamplerPolicy<Mine>);
