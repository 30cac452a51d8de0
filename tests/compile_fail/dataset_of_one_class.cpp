// SPDX-License-Identifier: Apache-2.0
// expect: StatesClasses
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  static constexpr Count classes = 1;
#endif
};
static_assert(DatasetPolicy<Mine>);
