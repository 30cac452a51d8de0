// SPDX-License-Identifier: Apache-2.0
// How FP32 products are computed is named; what is not understood would be ignored.
// expect: StatesMath
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Precision {
#ifndef FAULT
  static constexpr Math math = Math::tensor_float32;
#else
  static constexpr int math = 32;
#endif
};
static_assert(StatesMath<Mine>);
