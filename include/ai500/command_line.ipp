// SPDX-License-Identifier: Apache-2.0
/// @file Defines `parse_command_line`. CLI11 and toml++ take seconds to compile: include this in
/// one source file of a program.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <toml++/toml.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <ai500/collectives/join_request.hpp>
#include <ai500/command_line.hpp>
#include <ai500/configuration/augmentation.hpp>
#include <ai500/configuration/checks.hpp>
#include <ai500/configuration/configuration.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/version.hpp>

namespace ai500::command_line {

/// One value of the configuration: an option of the command line and a key of the TOML file, under
/// the same name.
struct Setting {
  std::string name;  ///< "--jobs"
  toml::node_type type = toml::node_type::integer;
  std::string placeholder;  ///< "M" in "--jobs M"
  std::string group;        ///< the headline of --help under which it stands
  std::string help;
  void (*assign)(Configuration&, std::string const& name, std::string const& value) = nullptr;
};

/// A whole number, `least` to `most`, without blanks around it.
/// @throws UsageError naming the option, the value and what would be right.
template <class Integer>
Integer whole_number(std::string const& name, std::string const& value, Integer least,
                     Integer most) {
  Integer number{};
  char const* const end = value.data() + value.size();
  auto const [stop, error] = std::from_chars(value.data(), end, number);
  if (stop != end || error == std::errc::invalid_argument)
    throw UsageError(name + " '" + value + "': must be a whole number, at least " +
                     std::to_string(least));
  bool const overflows = error == std::errc::result_out_of_range;
  bool const negative = value.starts_with('-');
  if (overflows ? negative : number < least)
    throw UsageError(name + ' ' + value + ": must be at least " + std::to_string(least));
  if (overflows || number > most)
    throw UsageError(name + ' ' + value + ": must be at most " + std::to_string(most));
  return number;
}

/// A folder or file. Refuses what an empty shell variable leaves behind: nothing, or the next
/// option.
/// @throws UsageError naming the option and the value.
inline std::string path_text(std::string const& name, std::string const& value) {
  if (value.empty() || value.starts_with("--"))
    throw UsageError(name + " '" + value + "': must be a path");
  return value;
}

/// Sets a number of the configuration, if it is `Least` to `Most`.
template <auto Member, Count Least, Count Most>
void assign_number(Configuration& configuration, std::string const& name,
                   std::string const& value) {
  using Integer = typename std::remove_reference_t<decltype(configuration.*Member)>::value_type;
  configuration.*Member = whole_number<Integer>(name, value, Integer{Least}, Integer{Most});
}

/// Sets a path of the configuration.
template <auto Member>
void assign_path(Configuration& configuration, std::string const& name, std::string const& value) {
  configuration.*Member = path_text(name, value);
}

/// Sets the seed, which may be anything that fits.
inline void assign_seed(Configuration& configuration, std::string const& name,
                        std::string const& value) {
  configuration.seed = whole_number<Seed>(name, value, 0, std::numeric_limits<Seed>::max());
}

/// Sets the augmentation by its name.
inline void assign_augmentation(Configuration& configuration, std::string const& option,
                                std::string const& value) {
  for (Augmentation const augmentation : {Augmentation::none, Augmentation::crop_and_mirror})
    if (value == name(augmentation)) {
      configuration.augmentation = augmentation;
      return;
    }
  throw UsageError(option + " '" + value + "': must be " + std::string(name(Augmentation::none)) +
                   " or " + std::string(name(Augmentation::crop_and_mirror)));
}

/// Sets what is said or not; the command line's --quick alone comes as "true".
template <auto Member>
void assign_flag(Configuration& configuration, std::string const& name, std::string const& value) {
  if (value != "true" && value != "false")
    throw UsageError(name + "=" + value + ": takes no value, or true or false");
  configuration.*Member = value == "true";
}

/// All settings, in the order of --help.
inline std::vector<Setting> settings(CommandLineDescription const& description) {
  using Type = toml::node_type;
  using C = Configuration;
  constexpr Count most = std::numeric_limits<int>::max();
  std::string const ensemble = "Ensemble: Sys_scale = M x P_degree (Eq. 5), in ranks";
  std::string const training = "Training";
  std::string const files = "Files";
  std::string const default_is = " (default: ";
  return {
      {"--jobs", Type::integer, "M", ensemble,
       "base models, one job each (default: Sys_scale / P_degree)",
       assign_number<&C::jobs, 1, most>},
      {"--degree", Type::integer, "P", ensemble,
       "P_degree, ranks of one base model" + default_is + description.default_degree + ")",
       assign_number<&C::degree, 1, most>},
      {"--ranks", Type::integer, "N", ensemble,
       "ranks as threads of this process (default: its accelerators, else 1)",
       assign_number<&C::ranks, 1, largest_process>},
      {"--job", Type::integer, "m", ensemble,
       "train only member m, 0 to M - 1, with all ranks; needs --jobs",
       assign_number<&C::job, 0, most>},
      {"--epochs", Type::integer, "N", training,
       "passes over each member's bootstrap" + default_is + description.default_epochs + ")",
       assign_number<&C::epochs, 1, most>},
      {"--batch", Type::integer, "N", training,
       "samples a step of one base model, all its ranks" + default_is + description.default_batch +
           ")",
       assign_number<&C::batch, 1, largest_batch>},
      {"--micro-batch", Type::integer, "N", training,
       "samples that one normalization sees (default: batch / P_degree)",
       assign_number<&C::micro_batch, 1, largest_batch>},
      {"--augmentation", Type::string, "WHAT", training,
       "of training images: none, or crop-and-mirror" + default_is +
           std::string(name(C{}.augmentation)) + ")",
       assign_augmentation},
      {"--crop-padding", Type::integer, "N", training,
       "pixels around an image that is cropped" + default_is +
           std::to_string(CropAndMirror{}.padding) + ")",
       assign_number<&C::crop_padding, 0, most>},
      {"--threads", Type::integer, "N", training,
       "threads a rank (default: the rank's share of the cores)",
       assign_number<&C::threads, 1, most>},
      {"--share-accelerators", Type::boolean, "", training,
       "several ranks may have the same accelerator", assign_flag<&C::share_accelerators>},
      {"--patience", Type::integer, "S", training,
       "seconds that a rank on an accelerator waits for others" + default_is +
           std::to_string(static_cast<int>(JoinRequest{}.patience_seconds)) + ")",
       assign_number<&C::patience, 1, most>},
      {"--checkpoint-steps", Type::integer, "N", training,
       "steps from one checkpoint of a member to the next; 0: none (default: an epoch's)",
       assign_number<&C::checkpoint_steps, 0, most>},
      {"--seed", Type::integer, "N", training,
       "key of every random number" + default_is + std::to_string(C{}.seed) + ")", assign_seed},
      {"--autotune", Type::string, "FILE", training,
       "time the ways that kernels offer, once, and keep the fastest in this file",
       assign_path<&C::autotune>},
      {"--quick", Type::boolean, "", training,
       "check in seconds that everything works; NOT A RESULT", assign_flag<&C::quick>},
      {"--data", Type::string, "DIR", files,
       "folder of the data set" + default_is + description.default_data + ")",
       assign_path<&C::data>},
      {"--scratch", Type::string, "DIR", files,
       "copy the data to this folder, once a node (default: they stay in place)",
       assign_path<&C::scratch>},
      {"--output", Type::string, "DIR", files,
       "folder of the results and the members" + default_is + C{}.output + ")",
       assign_path<&C::output>},
  };
}

/// How many letters must be inserted, removed or replaced to make one word of the other
/// (Levenshtein's distance).
inline std::size_t letters_apart(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      std::size_t const replaced = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// "; did you mean --jobs?" if one of `words` is at most two letters from `word`, else `otherwise`.
inline std::string suggestion(std::string_view word, std::vector<std::string> const& words,
                              std::string const& otherwise) {
  auto const nearest = std::min_element(
      words.begin(), words.end(), [word](std::string const& left, std::string const& right) {
        return letters_apart(word, left) < letters_apart(word, right);
      });
  if (nearest == words.end() || letters_apart(word, *nearest) > 2) return otherwise;
  return "; did you mean " + *nearest + "?";
}

/// The contents of the file that `--config` names.
/// @throws UsageError naming the file, if it cannot be read.
inline std::string read_file(std::string const& name) {
  std::ifstream file(name, std::ios::binary);
  std::string text;
  char block[4096];
  while (file.read(block, sizeof block) || file.gcount() > 0)
    text.append(block, static_cast<std::size_t>(file.gcount()));
  // A folder can be opened, but not read.
  if (!file.eof() || file.bad()) throw UsageError("--config " + name + ": cannot read this file");
  return text;
}

/// "FILE:LINE: ", for messages.
inline std::string place(std::string const& file, toml::source_region const& source) {
  return file + ':' + std::to_string(source.begin.line) + ": ";
}

/// The keys of the TOML file that `--config` names and their values.
/// @throws UsageError that begins "FILE:LINE: " if it is no TOML; or names the file, if it cannot
/// be read.
inline toml::table read_toml(std::string const& name) {
  std::string const text = read_file(name);
  try {
    return toml::parse(std::string_view(text));
  } catch (toml::parse_error const& error) {
    throw UsageError(place(name, error.source()) + std::string(error.description()));
  }
}

/// A whole number, boolean or string as it would stand on the command line.
inline std::string argument_text(toml::node const& value) {
  if (auto const* const number = value.as_integer()) return std::to_string(number->get());
  if (auto const* const boolean = value.as_boolean()) return boolean->get() ? "true" : "false";
  return value.ref<std::string>();
}

/// What a TOML file must have as the value of a setting of this type.
inline std::string expected(toml::node_type type) {
  if (type == toml::node_type::integer) return "a whole number, without quotes";
  if (type == toml::node_type::boolean) return "true or false, without quotes";
  return "text in quotes";
}

/// Assigns the values of a TOML file whose options the command line did not give.
/// @throws UsageError that begins "FILE:LINE: ", for a key that is no setting or a value that is
/// wrong.
inline void apply_file(std::string const& name, std::vector<Setting> const& settings,
                       CLI::App const& given, Configuration& configuration) {
  std::vector<std::string> keys;
  for (Setting const& setting : settings) keys.push_back(setting.name.substr(2));
  for (auto const& [toml_key, value] : read_toml(name)) {
    std::string const where = place(name, toml_key.source());
    auto const key = std::find(keys.begin(), keys.end(), toml_key.str());
    if (key == keys.end()) {
      std::string all;
      for (std::string const& known : keys) all += (all.empty() ? "" : ", ") + known;
      throw UsageError(where + "unknown key " + std::string(toml_key.str()) +
                       suggestion(toml_key.str(), keys, "; there are " + all));
    }
    Setting const& setting = settings[static_cast<std::size_t>(key - keys.begin())];
    if (value.type() != setting.type)
      throw UsageError(where + *key + " must be " + expected(setting.type));
    Configuration unused;
    bool const is_given = given.count(setting.name) > 0;
    // A wrong value is wrong also where the command line overrules it.
    try {
      setting.assign(is_given ? unused : configuration, setting.name, argument_text(value));
    } catch (UsageError const& error) {
      throw UsageError(where + error.what());
    }
  }
}

/// The value of an option, or nothing.
/// @throws UsageError if it is given twice.
inline std::optional<std::string> only_value(CLI::Option const& option) {
  auto const& values = option.results();
  if (values.size() > 1)
    throw UsageError(option.get_name() + ": is given " + std::to_string(values.size()) +
                     " times; once is right");
  return values.empty() ? std::nullopt : std::optional(values.front());
}

/// The options and subcommands of a benchmark as CLI11 knows them. CLI11 takes the arguments apart
/// and prints --help; values are taken from its text here, so that messages are alike for the
/// command line and for the TOML file.
class Parser {
 public:
  explicit Parser(CommandLineDescription const& description)
      : settings_(settings(description)),
        app_(description.description, description.program),
        plan_(*app_.add_subcommand("plan", "print the map job -> ranks -> nodes; runs nothing")),
        flops_(
            *app_.add_subcommand("flops", "print FLOPs per operator kind (Table 3); runs nothing")),
        aggregate_(*app_.add_subcommand("aggregate", "vote over the members found in DIR")) {
    app_.get_formatter()->column_width(26);
    app_.get_formatter()->label("SUBCOMMAND", "plan | flops | aggregate DIR");
    for (Setting const& setting : settings_) add(app_, setting);
    config_ =
        add(app_, {"--config", toml::node_type::string, "FILE", "Files",
                   "TOML file of these options: keys without --, command line first", nullptr});
    scale_ =
        add(plan_, {"--scale", toml::node_type::integer, "N", "Machine",
                    "Sys_scale to plan for, in ranks (default: the ranks of this run)", nullptr});
    ranks_per_node_ = add(plan_, {"--ranks-per-node", toml::node_type::integer, "N", "Machine",
                                  "ranks a node of the machine of --scale (default: 1)", nullptr});
    program_ = add(
        plan_, {"--program", toml::node_type::boolean, "", "Program",
                "print the steps of a rank too: what is fused, its layouts, its memory", nullptr});
    app_.set_help_flag("-h,--help", "print this help and exit")->group("Other");
    app_.set_version_flag("--version", "ai500 " + std::string(version),
                          "print the version and exit")
        ->group("Other");
    folder_ = aggregate_.add_option("DIR", CLI::callback_t(take), "output folder of earlier runs");
    folder_->option_text(" ");
    app_.footer("Example: mpirun -n 8 ./" + description.program +
                " --jobs 4    (M = 4 base models, P_degree = 2)");
    std::string const also =
        "The options that ./" + description.program + " --help shows are valid, too.";
    for (CLI::App* const subcommand : {&plan_, &flops_, &aggregate_}) {
      subcommand->get_formatter()->column_width(26);
      subcommand->group("Instead of training");
      subcommand->set_help_flag("-h,--help", "print this help and exit")->group("Other");
      subcommand->fallthrough();
      subcommand->allow_extras();
      subcommand->footer(also);
    }
    plan_.footer("Example: ./" + description.program +
                 " plan --scale 64 --ranks-per-node 8 --jobs 8\n" + also);
    app_.require_subcommand(0, 1);
    // Left for `refuse_extras`, which can say more.
    app_.allow_extras();
  }

  /// @param arguments without the program's name.
  /// @throws UsageError, or what CLI11 throws for --help and --version.
  Command parse(std::vector<std::string> const& arguments) {
    for (std::string const& argument : arguments)
      if (argument.starts_with("--") && argument.ends_with("="))
        throw UsageError(argument + ": has no value");
    try {
      // CLI11 takes them from the back.
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (CLI::ArgumentMismatch const& error) {
      // Options take whatever is behind them: only the last argument can lack its value.
      if (!arguments.empty() && arguments.back().starts_with("--") &&
          arguments.back().find('=') == std::string::npos)
        throw UsageError(arguments.back() + ": has no value");
      throw UsageError(error.what());
    }
    Command command;
    for (Setting const& setting : settings_)
      if (auto const value = only_value(*app_.get_option(setting.name)))
        setting.assign(command.configuration, setting.name, *value);
    // After the values: of `--jobs --degree 2`, the value of --jobs is what is wrong.
    refuse_extras();
    if (auto const file = only_value(*config_))
      apply_file(path_text("--config", *file), settings_, app_, command.configuration);
    check(command.configuration);
    if (plan_.parsed()) {
      command.kind = Command::Kind::plan;
      if (auto const value = only_value(*scale_))
        command.plan_scale = whole_number<int>("--scale", *value, 1, largest_plan_scale);
      if (auto const value = only_value(*ranks_per_node_)) {
        command.ranks_per_node =
            whole_number<int>("--ranks-per-node", *value, 1, largest_plan_scale);
        if (!command.plan_scale)
          throw UsageError("--ranks-per-node " + *value +
                           ": needs --scale N, the ranks of the machine to plan for");
      }
      command.plan_program = program_->count() > 0;
      if (command.plan_scale && command.configuration.job)
        throw UsageError("--job " + std::to_string(*command.configuration.job) +
                         ": cannot stand beside --scale, which plans for all members");
    } else if (flops_.parsed()) {
      command.kind = Command::Kind::flops;
    } else if (aggregate_.parsed()) {
      command.kind = Command::Kind::aggregate;
      auto const folder = only_value(*folder_);
      if (!folder) throw UsageError("aggregate: needs DIR, the output folder of earlier runs");
      command.aggregate_folder = path_text("aggregate", *folder);
    }
    return command;
  }

  /// The text of --help, of the subcommand if one was named.
  std::string help() const {
    std::string text = app_.help();
    // CLI11 leaves two empty lines between groups.
    for (std::size_t at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n"))
      text.erase(at, 1);
    return text;
  }

 private:
  // CLI11 sets nothing itself.
  static bool take(CLI::results_t const&) { return true; }

  static CLI::Option* add(CLI::App& app, Setting const& setting) {
    CLI::Option* const option =
        setting.type == toml::node_type::boolean
            ? app.add_flag(setting.name, setting.help)
            : app.add_option(setting.name, CLI::callback_t(take), setting.help)
                  ->option_text(setting.placeholder);
    // Given twice: `only_value` says so.
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->group(setting.group);
  }

  void refuse_extras() const {
    std::vector<std::string> const extras = app_.remaining(true);
    if (extras.empty()) return;
    std::string const& extra = extras.front();
    if (!extra.starts_with('-')) {
      std::vector<std::string> const subcommands{"plan", "flops", "aggregate"};
      if (std::find(subcommands.begin(), subcommands.end(), extra) != subcommands.end())
        throw UsageError("'" + extra + "': is a second subcommand; one at most is right");
      throw UsageError("'" + extra + "': is neither an option nor a value of one" +
                       suggestion(extra, subcommands, "; subcommands are plan, flops, aggregate"));
    }
    std::vector<std::string> names{"--config", "--help",           "--version",
                                   "--scale",  "--ranks-per-node", "--program"};
    for (Setting const& setting : settings_) names.push_back(setting.name);
    std::string const name = extra.substr(0, extra.find('='));
    if (name == "--scale" || name == "--ranks-per-node" || name == "--program")
      throw UsageError(name + ": is an option of plan, and stands behind that word");
    throw UsageError("unknown option " + name + suggestion(name, names, ""));
  }

  std::vector<Setting> settings_;
  CLI::App app_;
  CLI::App& plan_;
  CLI::App& flops_;
  CLI::App& aggregate_;
  CLI::Option* config_ = nullptr;
  CLI::Option* scale_ = nullptr;
  CLI::Option* ranks_per_node_ = nullptr;
  CLI::Option* program_ = nullptr;
  CLI::Option* folder_ = nullptr;
};

}  // namespace ai500::command_line

namespace ai500 {

std::variant<Command, CommandLineExit> parse_command_line(
    int argc, char const* const* argv, CommandLineDescription const& description) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
  command_line::Parser parser(description);
  std::string message;
  try {
    return parser.parse(arguments);
  } catch (CLI::CallForHelp const&) {
    return CommandLineExit{0, parser.help()};
  } catch (CLI::CallForVersion const& error) {
    return CommandLineExit{0, std::string(error.what()) + '\n'};
  } catch (UsageError const& error) {
    message = error.what();
  } catch (CLI::ParseError const& error) {
    message = error.what();
  }
  return CommandLineExit{2, "ai500: " + message + "\nTry --help\n"};
}

}  // namespace ai500
