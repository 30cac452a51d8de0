// SPDX-License-Identifier: Apache-2.0
// expect: GivesLabels
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  int label(Split, Sample);  // several threads read one data set
#endif
};
static_assert(DatasetPolicy<Mine>);
