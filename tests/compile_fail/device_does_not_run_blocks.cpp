// SPDX-License-Identifier: Apache-2.0
// An error is thrown, not returned.
// expect: RunsForEachBlock
#include "sound_policies.hpp"

using namespace ai500;

struct Twice {
  float* x;
  void operator()(Count i) const { x[i] *= 2; }
};
struct Mine : sound::Device {
#ifndef FAULT
  template <class Functor>
  void for_each_block(Count, Functor const&) {}
#else
  template <class Functor>
  bool for_each_block(Count, Functor const&) {
    return true;
  }
#endif
};
static_assert(RunsForEachBlock<Mine, Twice>);
