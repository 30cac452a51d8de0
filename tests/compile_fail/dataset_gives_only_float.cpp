// SPDX-License-Identifier: Apache-2.0
// expect: GivesImages
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  void image(Split, Sample, std::span<float> pixels) const;
#endif
};
static_assert(DatasetPolicy<Mine>);
