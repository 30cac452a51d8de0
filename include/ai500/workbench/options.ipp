// SPDX-License-Identifier: Apache-2.0
/// @file The definition of options.hpp.
#pragma once

#include <string>
#include <variant>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <ai500/configuration/checks.hpp>
#include <ai500/devices/cores.hpp>
#include <ai500/workbench/options.hpp>

namespace ai500::workbench {

std::variant<Options, OptionsExit> parse_options(int argc, char const* const* argv,
                                                 std::string const& about) {
  Options options;
  options.threads = available_cores().count;
  Measurement& measurement = options.measurement;
  CLI::App app(about);
  auto number = [&](char const* name, auto& value, Count most, std::string const& help) {
    app.add_option(name, value, help + " (default: " + std::to_string(value) + ")")
        ->check(CLI::Range(Count{1}, most))
        ->option_text("N");
  };
  number("--batch", measurement.batch, 65536, "images that kernels and steps are timed with");
  number("--threads", options.threads, 65536, "threads that kernels use");
  app.add_flag("--quick", options.quick,
               "three shapes with two images, timed once: checks that everything works");
  try {
    app.parse(argc, argv);
  } catch (CLI::CallForHelp const&) {
    return OptionsExit{0, app.help()};
  } catch (CLI::ParseError const& error) {
    return OptionsExit{2, "ai500: " + std::string(error.what()) + "\nTry --help\n"};
  }
  if (options.quick) {
    measurement.batch = 2;
    measurement.rows = 3;
    measurement.kernel_effort = measurement.step_effort = {.pairs = 1, .seconds = 0};
  }
  return options;
}

}  // namespace ai500::workbench
