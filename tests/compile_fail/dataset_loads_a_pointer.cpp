// SPDX-License-Identifier: Apache-2.0
// expect: LoadsFromFolder
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  static Mine* load(std::string const& folder);
#endif
};
static_assert(DatasetPolicy<Mine>);
