// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/samplers/bootstrap.hpp>
#include <ai500/samplers/every_sample.hpp>
#include <ai500/samplers/multinomial_bootstrap.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/samplers/without_replacement.hpp>

namespace {

using namespace ai500;

// Element e takes sample n - 1 - e, e times.
struct Descending {
  static constexpr std::string_view name = "descending";
  constexpr Count elements(Count n) const { return n; }
  constexpr Draw draw(Seed, Job, Count element, Count n) const {
    return {static_cast<Sample>(n - 1 - element), static_cast<std::uint32_t>(element)};
  }
};

TEST_CASE("draw_samples: lists each element's sample as often as it was drawn") {
  CHECK(draw_samples(Descending{}, 1, 0, 4) == std::vector<Sample>{2, 1, 1, 0, 0, 0});
  CHECK(draw_samples(Descending{}, 1, 0, 4, {.begin = 1, .end = 3}) ==
        std::vector<Sample>{2, 1, 1});
  CHECK(draw_samples(Descending{}, 1, 0, 4, {.begin = 2, .end = 2}).empty());
}

TEST_CASE_TEMPLATE("draw_samples: the parts, drawn in any order, are the whole", Sampler,
                   samplers::PoissonBootstrap, samplers::MultinomialBootstrap,
                   samplers::EverySample, samplers::WithoutReplacement) {
  const Sampler sampler;
  constexpr Count n = 10007;
  const Count elements = sampler.elements(n);
  const Count cut = elements / 3;

  const auto last = draw_samples(sampler, 42, 3, n, {.begin = cut, .end = elements});
  auto parts = draw_samples(sampler, 42, 3, n, {.begin = 0, .end = cut});
  parts.insert(parts.end(), last.begin(), last.end());

  CHECK(parts == draw_samples(sampler, 42, 3, n));
}

TEST_CASE_TEMPLATE("draw_samples: seed and job choose the list, the same ones the same list",
                   Sampler, samplers::PoissonBootstrap, samplers::MultinomialBootstrap,
                   samplers::WithoutReplacement) {
  const Sampler sampler;
  const auto list = draw_samples(sampler, 42, 3, 1000);

  CHECK(draw_samples(sampler, 42, 3, 1000) == list);
  CHECK(draw_samples(sampler, 42, 4, 1000) != list);
  CHECK(draw_samples(sampler, 43, 3, 1000) != list);
  CHECK(draw_samples(sampler, 42 + (Seed{1} << 32), 3, 1000) != list);
}

TEST_CASE_TEMPLATE("draw_samples: a data set of 0 or more than 2^32 - 1 samples is a usage error",
                   Sampler, samplers::PoissonBootstrap, samplers::MultinomialBootstrap,
                   samplers::EverySample, samplers::WithoutReplacement) {
  CHECK_THROWS_AS(draw_samples(Sampler{}, 1, 0, 0), UsageError);
  CHECK_THROWS_AS(draw_samples(Sampler{}, 1, 0, -1), UsageError);
  CHECK_THROWS_AS(draw_samples(Sampler{}, 1, 0, Count{1} << 32), UsageError);
  CHECK_THROWS_WITH(draw_samples(Sampler{}, 1, 0, Count{1} << 32),
                    "draw_samples: N is 4294967296, it must be 1 to 4294967295");
}

TEST_CASE("draw_samples: the largest data set's last element can be drawn") {
  constexpr Count largest = (Count{1} << 32) - 1;

  const auto last =
      draw_samples(samplers::EverySample{}, 1, 0, largest, {.begin = largest - 1, .end = largest});

  CHECK(last == std::vector<Sample>{4294967294});
}

TEST_CASE("draw_samples: a range that is not a part of the elements is a usage error") {
  const samplers::EverySample sampler;

  CHECK_THROWS_AS(draw_samples(sampler, 1, 0, 4, {.begin = -1, .end = 2}), UsageError);
  CHECK_THROWS_AS(draw_samples(sampler, 1, 0, 4, {.begin = 3, .end = 2}), UsageError);
  CHECK_THROWS_WITH(draw_samples(sampler, 1, 0, 4, {.begin = 2, .end = 5}),
                    "draw_samples: elements 2 to 5 are not a part of 0 to 4");
}

TEST_CASE("out_of_bag: marks the samples that were never drawn") {
  const std::vector<Sample> samples{3, 0, 3};

  CHECK(out_of_bag(samples, 5) == std::vector<bool>{false, true, true, false, true});
  CHECK(distinct_samples(samples, 5) == 2);
  CHECK(distinct_samples({}, 5) == 0);
}

TEST_CASE("out_of_bag: a sample that the data set does not have is a usage error") {
  const std::vector<Sample> samples{3, 5};

  CHECK_THROWS_AS(out_of_bag(samples, 5), UsageError);
  CHECK_THROWS_WITH(distinct_samples(samples, 5), "out_of_bag: sample 5 is not one of 5");
  CHECK_THROWS_AS(out_of_bag(samples, 0), UsageError);
}

}  // namespace
