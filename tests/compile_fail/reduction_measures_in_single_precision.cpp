// SPDX-License-Identifier: Apache-2.0
// Seconds of a long training need all digits.
// expect: TimesItself
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
#ifndef FAULT
  double hidden_seconds() const { return 0; }
#else
  float hidden_seconds() const { return 0; }
#endif
  double exposed_seconds() const { return 0; }
};
static_assert(TimesItself<Mine>);
