// SPDX-License-Identifier: Apache-2.0
// expect: WatchesSteps
#include <ai500/training/step_watch.hpp>

using namespace ai500;

struct Mine {
  void before(Step const&) {}
#ifndef FAULT
  void after(Step const&) {}
#endif
};
static_assert(WatchesSteps<Mine>);
