// SPDX-License-Identifier: Apache-2.0
// expect: NamesItsTransport
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
#ifdef FAULT
  std::string_view transport() const;
#endif
};
static_assert(ReductionOf<Mine, float>);
