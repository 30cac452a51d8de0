// SPDX-License-Identifier: Apache-2.0
// expect: StatesImageShape
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  static constexpr ImageShape image_shape{.channels = 0, .height = 2, .width = 2};
#endif
};
static_assert(DatasetPolicy<Mine>);
