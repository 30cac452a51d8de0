// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string_view>

#include <ai500/samplers/every_sample.hpp>
#include <ai500/samplers/multinomial_bootstrap.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/samplers/policy.hpp>
#include <ai500/samplers/without_replacement.hpp>

namespace {

using namespace ai500;

// The example of the docstring.
struct FirstHalf {
  static constexpr std::string_view name = "first half";
  constexpr Count elements(Count n) const { return (n + 1) / 2; }
  constexpr Draw draw(Seed, Job, Count element, Count) const {
    return {static_cast<Sample>(element), 1};
  }
};
struct Nameless {
  constexpr Count elements(Count n) const { return n; }
  constexpr Draw draw(Seed, Job, Count, Count) const { return {}; }
};
struct Endless {
  static constexpr std::string_view name = "endless";
  constexpr Draw draw(Seed, Job, Count, Count) const { return {}; }
};
struct Silent {
  static constexpr std::string_view name = "silent";
  constexpr Count elements(Count n) const { return n; }
};
struct Remembers {
  static constexpr std::string_view name = "its draw is not const";
  constexpr Count elements(Count n) const { return n; }
  constexpr Draw draw(Seed, Job, Count, Count) { return {}; }
};

TEST_CASE("SamplerPolicy: takes a user's own sampler and the shipped ones") {
  CHECK(SamplerPolicy<FirstHalf>);
  CHECK(SamplerPolicy<samplers::PoissonBootstrap>);
  CHECK(SamplerPolicy<samplers::MultinomialBootstrap>);
  CHECK(SamplerPolicy<samplers::EverySample>);
  CHECK(SamplerPolicy<samplers::WithoutReplacement>);
}

TEST_CASE("SamplerPolicy: refuses what lacks a part") {
  CHECK_FALSE(SamplerPolicy<Nameless>);
  CHECK_FALSE(SaysHowManyElements<Endless>);
  CHECK_FALSE(SamplerPolicy<Endless>);
  CHECK_FALSE(DrawsSamples<Silent>);
  CHECK_FALSE(SamplerPolicy<Silent>);
  CHECK_FALSE(DrawsSamples<Remembers>);
  CHECK_FALSE(SamplerPolicy<Remembers>);
}

}  // namespace
