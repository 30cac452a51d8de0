// SPDX-License-Identifier: Apache-2.0
/// @file Learning-rate schedules: warm-up and linear scaling (Table 2; Goyal et al. 2017), then a
/// decay.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <string_view>

#include <ai500/core/described.hpp>
#include <ai500/optimizers/policy.hpp>

namespace ai500::schedules {

/// Linear scaling: the rate grows with the batch, in proportion (Goyal et al. 2017, section 2.1).
constexpr double linear_scaling(double rate_per_256, Count batch) {
  return rate_per_256 * static_cast<double>(batch) / 256;
}

/// Gradual warm-up: from a small share of the rate to all of it, linear in the epochs done, over a
/// share of the training (Goyal et al. 2017, section 2.2). 8 of 90 epochs in the paper's released
/// scripts.
constexpr double warm_up(TrainingProgress progress, double share) {
  double const end = share * progress.epochs;
  return progress.epoch < end ? progress.epoch / end : 1;
}

/// Warm-up, then half a cosine to zero (Loshchilov and Hutter 2017, without restarts).
struct WarmUpCosine {
  static constexpr std::string_view name = "warm-up, linear scaling, cosine";
  double rate_per_256 = 0.256;  ///< learning rate for |B_k| = 256
  double warm_up_share = 8.0 / 90;

  std::string settings() const {
    return "rate " + number_text(rate_per_256) + " for a batch of 256, warm-up " +
           number_text(warm_up_share) + " of the training";
  }

  double learning_rate(TrainingProgress progress) const {
    double const full = linear_scaling(rate_per_256, progress.batch);
    double const start = warm_up_share * progress.epochs;
    if (progress.epoch < start) return full * warm_up(progress, warm_up_share);
    double const done = (progress.epoch - start) / (progress.epochs - start);
    return full * 0.5 * (1 + std::cos(std::numbers::pi * done));
  }
};
static_assert(SchedulePolicy<WarmUpCosine>);

/// Warm-up, then a tenth at each of a third, two thirds and eight ninths of the training (30, 60,
/// 80 of 90 epochs).
struct WarmUpSteps {
  static constexpr std::string_view name = "warm-up, linear scaling, steps";
  double rate_per_256 = 0.256;
  double warm_up_share = 8.0 / 90;

  std::string settings() const {
    return "rate " + number_text(rate_per_256) + " for a batch of 256, warm-up " +
           number_text(warm_up_share) + " of the training";
  }

  constexpr double learning_rate(TrainingProgress progress) const {
    double rate = linear_scaling(rate_per_256, progress.batch) * warm_up(progress, warm_up_share);
    for (double step : {30.0 / 90, 60.0 / 90, 80.0 / 90})
      if (progress.epoch >= step * progress.epochs) rate /= 10;
    return rate;
  }
};
static_assert(SchedulePolicy<WarmUpSteps>);

}  // namespace ai500::schedules
