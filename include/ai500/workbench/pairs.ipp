// SPDX-License-Identifier: Apache-2.0
/// @file The definition of pairs.hpp.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include <ai500/workbench/pairs.hpp>

namespace ai500::workbench {

double median(std::vector<double> values) {
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

namespace detail {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline void timed(std::function<void()> const& work, std::vector<double>& times) {
  auto const start = std::chrono::steady_clock::now();
  work();
  times.push_back(seconds_since(start));
}

}  // namespace detail

double time_alone(std::function<void()> const& work, Effort effort) {
  std::vector<double> seconds;
  work();
  auto const start = std::chrono::steady_clock::now();
  for (int run = 0; run < effort.pairs || detail::seconds_since(start) < effort.seconds; ++run)
    detail::timed(work, seconds);
  return median(seconds);
}

PairedSeconds time_in_pairs(std::function<void()> const& first, std::function<void()> const& second,
                            Effort effort) {
  using detail::timed;
  std::vector<double> firsts, seconds;
  first();
  second();
  auto const start = std::chrono::steady_clock::now();
  for (int pair = 0; pair < effort.pairs || detail::seconds_since(start) < effort.seconds; ++pair) {
    if (pair % 2 == 0) timed(first, firsts);
    timed(second, seconds);
    if (pair % 2 == 1) timed(first, firsts);
  }
  return {median(firsts), median(seconds), static_cast<int>(firsts.size())};
}

}  // namespace ai500::workbench
