// SPDX-License-Identifier: Apache-2.0
// A functor of a block of threads says what they share, be it nothing.
// expect: HasSharedMemory
#include <ai500/devices/blocks.hpp>

using namespace ai500;

struct Mine {
  static constexpr int threads = 32;
#ifdef FAULT
  struct Common {};
#else
  struct Shared {};
#endif
  template <class Block, class Memory>
  void operator()(Block const&, Memory&) const {}
};
static_assert(BlockFunctor<Mine>);
