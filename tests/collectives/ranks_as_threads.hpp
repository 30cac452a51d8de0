// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/collectives/threads.hpp>

namespace ai500::testing {

/// Calls rank(world) on each of `ranks` threads.
template <class Rank>
void run_as_threads(int ranks, Rank rank) {
  int argc = 0;
  char** argv = nullptr;
  collectives::Threads::Session session(argc, argv, {.ranks = ranks});
  session.run_ranks(rank);
}

}  // namespace ai500::testing
