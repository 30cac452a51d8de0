// SPDX-License-Identifier: Apache-2.0
/// @file VFLOPS, the metric that counts quality too: Eq. (7) and (8).
#pragma once

#include <cmath>
#include <string>

#include <ai500/core/error.hpp>

namespace ai500 {

/// Eq. (8): (achieved_quality / target_quality)^n. Below 1 it penalises, above 1 it awards.
/// @param exponent n, the sensitivity to quality: 5 for image classification, 10 for extreme
/// weather analytics (section 3.5)
/// @throws UsageError unless the target is positive and finite and the exponent finite
/// @throws Error unless the achieved quality is finite and not negative
inline double penalty_coefficient(double achieved_quality, double target_quality, double exponent) {
  const std::string values = "penalty coefficient, Eq. (8): (" + std::to_string(achieved_quality) +
                             " / " + std::to_string(target_quality) + ")^" +
                             std::to_string(exponent);
  if (!(target_quality > 0) || !std::isfinite(target_quality) || !std::isfinite(exponent))
    throw UsageError(values + ": the target must be positive and all must be finite");
  if (!(achieved_quality >= 0) || !std::isfinite(achieved_quality))
    throw Error(values + ": the achieved quality must be finite and not negative");
  return std::pow(achieved_quality / target_quality, exponent);
}

/// Eq. (7): FLOPS x penalty_coefficient, in FLOP/s.
/// @param flops Eq. (6), FLOP/s
constexpr double valid_flops(double flops, double penalty_coefficient) {
  return flops * penalty_coefficient;
}

}  // namespace ai500
