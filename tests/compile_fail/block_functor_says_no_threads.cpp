// SPDX-License-Identifier: Apache-2.0
// A functor of a block of threads says how many they are.
// expect: SaysItsThreads
#include <ai500/devices/blocks.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  static constexpr int threads = 32;
#endif
  struct Shared {};
  template <class Block>
  void operator()(Block const&, Shared&) const {}
};
static_assert(BlockFunctor<Mine>);
