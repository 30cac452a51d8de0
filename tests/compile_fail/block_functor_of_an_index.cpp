// SPDX-License-Identifier: Apache-2.0
// A functor of a block of threads is given the block and what its threads share, not an index.
// expect: WorksAsABlock
#include <ai500/devices/blocks.hpp>

using namespace ai500;

struct Mine {
  static constexpr int threads = 32;
  struct Shared {};
#ifdef FAULT
  void operator()(Count) const {}
#else
  template <class Block>
  void operator()(Block const&, Shared&) const {}
#endif
};
static_assert(BlockFunctor<Mine>);
