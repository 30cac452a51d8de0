// SPDX-License-Identifier: Apache-2.0
// expect: Named
#include <ai500/parallel_modes/policy.hpp>

using namespace ai500;

struct Mine {
#ifndef FAULT
  static constexpr std::string_view name = "mine";
#endif
  static Program split(Program const& program, ProgramSplit) { return program; }
  static constexpr BatchShare share(Count batch, int, int) { return {0, batch}; }
};
static_assert(ParallelModePolicy<Mine>);
