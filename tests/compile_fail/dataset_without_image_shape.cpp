// SPDX-License-Identifier: Apache-2.0
// expect: StatesImageShape
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  static constexpr Count image_shape = 4;
#endif
};
static_assert(DatasetPolicy<Mine>);
