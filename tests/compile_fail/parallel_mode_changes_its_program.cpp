// SPDX-License-Identifier: Apache-2.0
// A pass makes a program from a program: it is not given one to change.
// expect: SplitsProgram
#include <ai500/parallel_modes/policy.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifdef FAULT
  static void split(Program& program, ProgramSplit) { program.steps.clear(); }
#else
  static Program split(Program const& program, ProgramSplit) { return program; }
#endif
  static constexpr BatchShare share(Count batch, int, int) { return {0, batch}; }
};
static_assert(ParallelModePolicy<Mine>);
