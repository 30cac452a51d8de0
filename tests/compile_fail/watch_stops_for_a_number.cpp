// SPDX-License-Identifier: Apache-2.0
// The training stands still behind a step, or not.
// expect: StopsFor
#include <ai500/training/fit.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  bool stops_for(FitProgress const&) const { return false; }
#else
  int stops_for(FitProgress const&) const { return 0; }
#endif
};
static_assert(StopsFor<Mine>);
