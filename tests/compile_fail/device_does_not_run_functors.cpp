// SPDX-License-Identifier: Apache-2.0
// How often is said by the caller.
// expect: RunsForEach
#include "sound_policies.hpp"

using namespace ai500;

struct Twice {
  float* x;
  void operator()(Count i) const { x[i] *= 2; }
};
struct Mine : sound::Device {
#ifndef FAULT
  template <class Functor>
  void for_each(Count, Functor const&) {}
#else
  template <class Functor>
  void for_each(Functor const&) {}
#endif
};
static_assert(RunsForEach<Mine, Twice>);
