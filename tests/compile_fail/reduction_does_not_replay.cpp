// SPDX-License-Identifier: Apache-2.0
// Who is not told of a replay cannot watch its sums.
// expect: CanBeRecorded
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Reduction<float> {
  template <class Work>
  void record(Work&& work) {
    work();
  }
#ifndef FAULT
  template <class Work>
  void replay(Work&& work) {
    work();
  }
#endif
};
static_assert(CanBeRecorded<Mine>);
