// SPDX-License-Identifier: Apache-2.0
/// @file What the samplers' tests compare with: chi-square and the probabilities of Poisson(1).
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace ai500::test {

/// Pearson's statistic: sum of (observed - expected)^2 / expected.
inline double chi_square(std::vector<double> const& observed, std::vector<double> const& expected) {
  double sum = 0;
  for (std::size_t i = 0; i < observed.size(); ++i)
    sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
  return sum;
}

/// Pearson's statistic when all cells are equally likely.
inline double chi_square_uniform(std::vector<double> const& observed) {
  double total = 0;
  for (const double count : observed) total += count;
  const double expected = total / static_cast<double>(observed.size());
  return chi_square(observed, std::vector<double>(observed.size(), expected));
}

/// P(X = 0), ..., P(X = last - 1), P(X >= last) of X ~ Poisson(1).
inline std::vector<double> poisson_one_probabilities(std::size_t last) {
  std::vector<double> probabilities;
  double rest = 1;
  double probability = std::exp(-1.0);
  for (std::size_t k = 0; k < last; ++k) {
    probabilities.push_back(probability);
    rest -= probability;
    probability /= static_cast<double>(k + 1);
  }
  probabilities.push_back(rest);
  return probabilities;
}

}  // namespace ai500::test
