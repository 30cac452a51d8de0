// SPDX-License-Identifier: Apache-2.0
// The scale changes in training: a number alone does not say how.
// expect: ScalesLoss
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Precision {
#ifndef FAULT
  static constexpr precision::DynamicLossScaling loss_scaling{};
#else
  static constexpr double loss_scaling = 1024;
#endif
};
static_assert(ScalesLoss<Mine>);
