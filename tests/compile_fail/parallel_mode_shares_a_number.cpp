// SPDX-License-Identifier: Apache-2.0
// expect: SharesBatch
#include <ai500/parallel_modes/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  static Program split(Program const& program, ProgramSplit) { return program; }
#ifdef FAULT  // how many slots, but not which
  static constexpr Count share(Count batch, int, int degree) { return batch / degree; }
#else
  static constexpr BatchShare share(Count batch, int, int) { return {0, batch}; }
#endif
};
static_assert(ParallelModePolicy<Mine>);
