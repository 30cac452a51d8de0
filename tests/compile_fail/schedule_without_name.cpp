// SPDX-License-Identifier: Apache-2.0
// expect: Named
#include <ai500/optimizers/policy.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  static constexpr std::string_view name = "mine";
#endif
  double learning_rate(TrainingProgress) const { return 0.1; }
};
static_assert(SchedulePolicy<Mine>);
