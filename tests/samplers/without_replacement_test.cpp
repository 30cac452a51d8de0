// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/samplers/bootstrap.hpp>
#include <ai500/samplers/without_replacement.hpp>

#include "statistics.hpp"

namespace {

using namespace ai500;
using samplers::WithoutReplacement;

static_assert(WithoutReplacement{.fraction = 0.29}.elements(100) == 29);
static_assert(WithoutReplacement{.fraction = 1}.elements(1'281'167) == 1'281'167);

TEST_CASE("WithoutReplacement: takes the fraction rounded to the nearest, no sample twice") {
  for (const double fraction : {0.1, 0.5, 0.632, 1.0}) {
    for (const Count n : {1, 2, 3, 999, 10000}) {
      const std::vector<Sample> samples =
          draw_samples(WithoutReplacement{.fraction = fraction}, 5, 1, n);

      const double exact = fraction * static_cast<double>(n);
      CHECK(std::abs(static_cast<double>(samples.size()) - std::max(1.0, exact)) <= 0.5);
      CHECK(distinct_samples(samples, n) == static_cast<Count>(samples.size()));
    }
  }
}

TEST_CASE("WithoutReplacement: takes at least one sample") {
  CHECK(draw_samples(WithoutReplacement{.fraction = 1e-6}, 5, 1, 10).size() == 1);
}

TEST_CASE("WithoutReplacement: each sample is equally likely") {
  std::vector<double> observed(10, 0.0);
  constexpr Job jobs = 20000;

  for (Job job = 0; job < jobs; ++job)
    for (const Sample sample : draw_samples(WithoutReplacement{.fraction = 0.3}, 5, job, 10))
      observed[sample] += 1;

  // Each sample is in with p = 0.3; the cells of a draw without replacement vary less than
  // independent ones by (10 - 3) / (10 - 1), so the statistic divided by that has chi-square's 9
  // degrees of freedom: 33.72 is exceeded with probability 1e-4.
  CHECK(test::chi_square_uniform(observed) / (7.0 / 9.0) < 33.72);
}

TEST_CASE("WithoutReplacement: two jobs share fraction^2 of the samples") {
  constexpr Count n = 100'000;
  const std::vector<bool> one = out_of_bag(draw_samples(WithoutReplacement{}, 5, 0, n), n);
  const std::vector<bool> other = out_of_bag(draw_samples(WithoutReplacement{}, 5, 1, n), n);

  double shared = 0;
  for (std::size_t i = 0; i < one.size(); ++i) shared += !one[i] && !other[i] ? 1 : 0;

  // Hypergeometric: mean n / 4, variance n / 16; four standard deviations: probability 6.3e-5.
  CHECK(std::abs(shared - n / 4.0) < 4 * std::sqrt(n / 16.0));
}

TEST_CASE("WithoutReplacement: a fraction outside (0, 1] is a usage error") {
  for (const double fraction : {0.0, -0.5, 1.5, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(draw_samples(WithoutReplacement{.fraction = fraction}, 1, 0, 10), UsageError);
  CHECK_THROWS_WITH(draw_samples(WithoutReplacement{.fraction = 1.5}, 1, 0, 10),
                    doctest::Contains("1.5"));
}

}  // namespace
