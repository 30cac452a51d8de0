// SPDX-License-Identifier: Apache-2.0
/// @file The command line of a workbench program; defined in options.ipp, which needs CLI11.
#pragma once

#include <string>
#include <variant>

#include <ai500/workbench/comparison.hpp>

namespace ai500::workbench {

/// What a workbench program was told.
struct Options {
  int threads = 1;
  bool quick = false;  ///< a few shapes, briefly: everything works, nothing is measured
  Measurement measurement{};
};

/// There is nothing to do but to print and exit.
struct OptionsExit {
  int code = 0;  ///< 0: help; 2: usage error
  std::string text;
};

/// @param about one line for --help
std::variant<Options, OptionsExit> parse_options(int argc, char const* const* argv,
                                                 std::string const& about);

}  // namespace ai500::workbench
