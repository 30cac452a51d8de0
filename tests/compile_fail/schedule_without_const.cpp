// SPDX-License-Identifier: Apache-2.0
// expect: GivesLearningRate
#include <ai500/optimizers/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifdef FAULT  // a schedule that counts its calls is no function of the progress
  double learning_rate(TrainingProgress) { return 0.1; }
#else
  double learning_rate(TrainingProgress) const { return 0.1; }
#endif
};
static_assert(SchedulePolicy<Mine>);
