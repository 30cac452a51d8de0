// SPDX-License-Identifier: Apache-2.0
/// @file The command line that every benchmark binary has; defined in command_line.ipp, which needs
/// CLI11 and toml++.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include <ai500/configuration/configuration.hpp>

namespace ai500 {

/// What `--help` says about a benchmark: its name and its defaults, as text.
struct CommandLineDescription {
  std::string program;         ///< the binary's name: "image_classification"
  std::string description;     ///< one sentence: what is trained on what
  std::string default_epochs;  ///< "3"
  std::string default_batch;   ///< "128"
  std::string default_data;    ///< the data set's usual folder; "none: generated" if it needs none
  std::string default_degree = "accelerators a node, 1 on CPUs";
};

/// What a benchmark binary was told to do.
struct Command {
  enum class Kind {
    train,     ///< train the ensemble, or one member of it
    plan,      ///< print job -> ranks -> nodes, and the programs if asked for; run nothing
    flops,     ///< print the training's FLOPs per operator kind of Table 3; run nothing
    aggregate  ///< vote over the members that are in `aggregate_folder`
  };

  Kind kind = Kind::train;
  Configuration configuration;    ///< checked by `check`
  std::optional<int> plan_scale;  ///< Sys_scale to plan for; absent: the ranks of this run
  int ranks_per_node = 1;         ///< of the machine to plan for, with plan_scale
  bool plan_program = false;      ///< `plan` prints the programs of a rank, too
  std::string aggregate_folder;   ///< an output folder of earlier runs
};

/// A command line after which there is nothing to do but to print `text` and to exit with `code`.
struct CommandLineExit {
  int code = 0;  ///< 0: help or version, for standard output; 2: usage error, for standard error
  std::string text;  ///< whole lines
};

/// The most ranks that one process may have as threads.
inline constexpr int largest_process = 1024;

/// The largest Sys_scale that `plan` takes: a typing error must not fill the memory.
inline constexpr int largest_plan_scale = 10'000'000;

/// Understands the command line of a benchmark, and the TOML file that `--config` names: keys are
/// options without "--", the command line goes before the file. A whole number of TOML is less than
/// 2^63: a larger seed is for the command line alone. Reads that file, and neither environment
/// variables nor anything else; prints nothing. Every mistake is a CommandLineExit with code 2 that
/// names the option, the value and what would be right.
///
/// @param argc,argv as `main` got them.
std::variant<Command, CommandLineExit> parse_command_line(
    int argc, char const* const* argv, CommandLineDescription const& description);

}  // namespace ai500
