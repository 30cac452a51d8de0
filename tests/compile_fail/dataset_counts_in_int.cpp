// SPDX-License-Identifier: Apache-2.0
// expect: CountsSamples
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  int size(Split) const;
#endif
};
static_assert(DatasetPolicy<Mine>);
