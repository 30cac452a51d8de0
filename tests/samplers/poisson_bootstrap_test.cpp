// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <ai500/samplers/bootstrap.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>

#include "statistics.hpp"

namespace {

using namespace ai500;
using samplers::poisson_one;
using samplers::PoissonBootstrap;

constexpr Count n = 1'000'000;

// How often each sample was drawn by a job, at most `last`.
std::vector<std::size_t> times_drawn(Seed seed, Job job, std::size_t last) {
  std::vector<std::size_t> times;
  for (Count e = 0; e < n; ++e)
    times.push_back(std::min<std::size_t>(PoissonBootstrap{}.draw(seed, job, e, n).times, last));
  return times;
}

// Chi-square of the table of (times drawn by one job, times drawn by another), 0 to 3 or more,
// against independent Poisson(1) variables: 15 degrees of freedom.
double joint_chi_square(std::vector<std::size_t> const& one,
                        std::vector<std::size_t> const& other) {
  const std::vector<double> probabilities = test::poisson_one_probabilities(3);
  std::vector<double> observed(16, 0.0);
  for (std::size_t i = 0; i < one.size(); ++i) observed[4 * one[i] + other[i]] += 1;
  std::vector<double> expected;
  for (const double p : probabilities)
    for (const double q : probabilities)
      expected.push_back(static_cast<double>(one.size()) * p * q);
  return test::chi_square(observed, expected);
}

TEST_CASE("poisson_one: the 64 bits are divided as P(X <= k) for every k, nothing is cut off") {
  // 2^64 P(X <= k) counted down from 2^64 by the tail, so that small probabilities keep their
  // digits; the bound that the code uses is found by bisection.
  for (std::uint32_t k = 0; k < 20; ++k) {
    long double tail = 0;  // P(X > k)
    long double factorial = 1;
    for (int j = 1; j <= 60; ++j) {
      factorial *= static_cast<long double>(j);
      if (j > static_cast<int>(k)) tail += std::exp(-1.0L) / factorial;
    }
    std::uint64_t below = 0;  // poisson_one(below) <= k < poisson_one(above)
    std::uint64_t above = ~std::uint64_t{0};
    while (above - below > 1) {
      const std::uint64_t middle = below + (above - below) / 2;
      (poisson_one(middle) <= k ? below : above) = middle;
    }
    const long double counted_tail = static_cast<long double>(~above) + 1;  // 2^64 - above

    CHECK(poisson_one(below) <= k);
    CHECK(poisson_one(above) > k);
    // Rounding to whole numbers is at most 0.5; the rest is for the digits of a long double.
    CHECK(std::abs(counted_tail - tail * 0x1p64L) <= 0.5L + tail * 0x1p64L * 1e-16L);
  }
}

TEST_CASE("poisson_one: goes from 0 to 20") {
  CHECK(poisson_one(0) == 0);
  CHECK(poisson_one(~std::uint64_t{0}) == 20);
}

TEST_CASE("PoissonBootstrap: samples are drawn 0, 1, 2, ... times as Poisson(1) says") {
  std::vector<double> observed(9, 0.0);
  for (const std::size_t times : times_drawn(500, 2, 8)) observed[times] += 1;
  std::vector<double> expected = test::poisson_one_probabilities(8);
  for (double& e : expected) e *= static_cast<double>(n);

  // 8 degrees of freedom: 31.83 is exceeded with probability 1e-4.
  CHECK(test::chi_square(observed, expected) < 31.83);
}

TEST_CASE("PoissonBootstrap: 0.632 of the samples are drawn at least once") {
  const std::vector<Sample> samples = draw_samples(PoissonBootstrap{}, 500, 2, n);

  const double share = static_cast<double>(distinct_samples(samples, n)) / static_cast<double>(n);

  // Each sample is in with p = 1 - 1/e: standard deviation sqrt(p (1 - p) / n) = 4.8e-4; four of
  // them are exceeded with probability 6.3e-5.
  const double p = 1 - std::exp(-1.0);
  CHECK(std::abs(share - p) < 4 * std::sqrt(p * (1 - p) / static_cast<double>(n)));
}

TEST_CASE("PoissonBootstrap: its size is N on average, with standard deviation sqrt(N)") {
  constexpr Count small = 1000;
  constexpr Job jobs = 2000;
  double sum = 0;
  double squares = 0;
  for (Job job = 0; job < jobs; ++job) {
    const double surplus =
        static_cast<double>(draw_samples(PoissonBootstrap{}, 9, job, small).size()) - 1000;
    sum += surplus;
    squares += surplus * surplus;
  }

  // The size is Poisson(1000), close to normal: of 2000 the mean's standard deviation is
  // sqrt(1000 / 2000), the mean square's 1000 sqrt(2 / 2000); four of them: probability 6.3e-5.
  CHECK(std::abs(sum / jobs) < 4 * std::sqrt(0.5));
  CHECK(std::abs(squares / jobs - 1000) < 4 * 1000 * std::sqrt(0.001));
}

TEST_CASE("PoissonBootstrap: jobs draw independently") {
  const auto one = times_drawn(500, 0, 3);

  // 15 degrees of freedom: 44.26 is exceeded with probability 1e-4.
  CHECK(joint_chi_square(one, times_drawn(500, 1, 3)) < 44.26);
  CHECK(joint_chi_square(one, times_drawn(500, 4096, 3)) < 44.26);
  CHECK(joint_chi_square(one, times_drawn(501, 0, 3)) < 44.26);
}

TEST_CASE("PoissonBootstrap: samples that follow each other are drawn independently") {
  const auto times = times_drawn(500, 0, 3);
  std::vector<std::size_t> even;
  std::vector<std::size_t> odd;
  for (std::size_t i = 0; i + 1 < times.size(); i += 2) {
    even.push_back(times[i]);
    odd.push_back(times[i + 1]);
  }

  // 15 degrees of freedom: 44.26 is exceeded with probability 1e-4.
  CHECK(joint_chi_square(even, odd) < 44.26);
}

}  // namespace
