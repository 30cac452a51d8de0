// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <ai500/samplers/bootstrap.hpp>
#include <ai500/samplers/multinomial_bootstrap.hpp>

#include "statistics.hpp"

namespace {

using namespace ai500;
using samplers::MultinomialBootstrap;

TEST_CASE("MultinomialBootstrap: draws exactly N, all of them samples of the data set") {
  for (const Count n : {1, 2, 3, 999, 1000, 60000}) {
    const std::vector<Sample> samples = draw_samples(MultinomialBootstrap{}, 7, 3, n);

    CHECK(static_cast<Count>(samples.size()) == n);
    CHECK(*std::max_element(samples.begin(), samples.end()) < n);
  }
}

TEST_CASE("MultinomialBootstrap: each draw is uniform over the data set") {
  constexpr Count n = 1'000'000;
  std::vector<double> observed(1000, 0.0);

  for (const Sample sample : draw_samples(MultinomialBootstrap{}, 500, 2, n))
    observed[sample / 1000] += 1;

  // 999 degrees of freedom: 1173.9 is exceeded with probability 1e-4.
  CHECK(test::chi_square_uniform(observed) < 1173.9);
}

TEST_CASE("MultinomialBootstrap: each sample of a small data set is equally likely") {
  std::vector<double> observed(7, 0.0);

  for (Job job = 0; job < 10000; ++job)
    for (const Sample sample : draw_samples(MultinomialBootstrap{}, 11, job, 7))
      observed[sample] += 1;

  // 6 degrees of freedom: 27.86 is exceeded with probability 1e-4.
  CHECK(test::chi_square_uniform(observed) < 27.86);
}

TEST_CASE("MultinomialBootstrap: 0.632 of the samples are drawn at least once") {
  constexpr double n = 1'000'000;

  const double distinct = static_cast<double>(
      distinct_samples(draw_samples(MultinomialBootstrap{}, 500, 2, 1'000'000), 1'000'000));

  // The number of empty cells of n balls in n cells: mean n (1 - 1/n)^n, variance about
  // n / e (1 - 2 / e); four standard deviations are exceeded with probability 6.3e-5.
  const double e = std::exp(1.0);
  const double empty = n * std::pow(1 - 1 / n, n);
  CHECK(std::abs(distinct - (n - empty)) < 4 * std::sqrt(n / e * (1 - 2 / e)));
  CHECK(distinct / n == doctest::Approx(0.632).epsilon(0.005));
}

TEST_CASE("MultinomialBootstrap: jobs draw independently") {
  constexpr Count n = 1'000'000;
  const std::vector<Sample> one = draw_samples(MultinomialBootstrap{}, 500, 0, n);

  for (const std::vector<Sample>& other : {draw_samples(MultinomialBootstrap{}, 500, 1, n),
                                           draw_samples(MultinomialBootstrap{}, 501, 0, n)}) {
    std::vector<double> observed(256, 0.0);  // 16 x 16 parts of the data set
    for (std::size_t i = 0; i < one.size(); ++i)
      observed[one[i] / 62500 * 16 + other[i] / 62500] += 1;

    // 255 degrees of freedom: 347.7 is exceeded with probability 1e-4.
    CHECK(test::chi_square_uniform(observed) < 347.7);
  }
}

}  // namespace
