// SPDX-License-Identifier: Apache-2.0
// expect: NamesItsLibrary
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Collective {
#ifdef FAULT
  static constexpr std::string_view library = "none";
#endif
};
static_assert(CollectivePolicy<Mine>);
