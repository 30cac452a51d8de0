// SPDX-License-Identifier: Apache-2.0
// The data duplicator copies what a data set says that it consists of.
// expect: ListsItsFiles
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifdef FAULT
  static std::string files(std::string const&);
#endif
};
static_assert(DatasetPolicy<Mine>);
