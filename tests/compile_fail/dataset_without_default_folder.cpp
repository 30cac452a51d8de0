// SPDX-License-Identifier: Apache-2.0
// expect: HasDefaultFolder
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  static std::string default_folder();
#endif
};
static_assert(DatasetPolicy<Mine>);
