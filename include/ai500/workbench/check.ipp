// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of check.hpp and of what it is given.
#pragma once

#include <algorithm>
#include <cmath>

#include <ai500/core/error.hpp>
#include <ai500/core/random.hpp>
#include <ai500/workbench/check.hpp>

namespace ai500::workbench {

StepValues random_reads(Shapes const& shapes) {
  StepValues reads;
  for (std::uint32_t i = 0; i < shapes.reads.size(); ++i) {
    RandomKey const key{.seed = 0, .job = i, .purpose = purpose::workbench};
    std::vector<float>& values =
        reads.emplace_back(static_cast<std::size_t>(shapes.reads[i].elements()));
    for (std::size_t e = 0; e < values.size(); e += 4) {
      auto const words = philox(key, e / 4);
      for (std::size_t j = 0; j < std::min<std::size_t>(4, values.size() - e); ++j)
        values[e + j] = static_cast<float>(words[j] >> 8) * 0x1p-23f - 1;
    }
  }
  return reads;
}

Check compare(StepValues const& actual, StepValues const& expected, double tolerance) {
  Check check;
  if (actual.size() != expected.size())
    throw Error("workbench::compare: " + std::to_string(actual.size()) + " values and " +
                std::to_string(expected.size()));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (actual[i].size() != expected[i].size())
      throw Error("workbench::compare: " + std::to_string(actual[i].size()) + " elements and " +
                  std::to_string(expected[i].size()));
    double difference = 0, largest = 0;
    for (std::size_t e = 0; e < actual[i].size(); ++e) {
      if (!std::isfinite(actual[i][e]) && check.passed())
        check.fault = "element " + std::to_string(e) + " is not finite, or was not written";
      difference = std::max(difference, std::abs(double{actual[i][e]} - double{expected[i][e]}));
      largest = std::max(largest, std::abs(double{expected[i][e]}));
    }
    if (largest == 0 && difference > 0) largest = difference;
    if (difference > 0) check.error = std::max(check.error, difference / largest);
  }
  if (check.error > tolerance && check.passed()) check.fault = "differs from what is right";
  return check;
}

}  // namespace ai500::workbench
