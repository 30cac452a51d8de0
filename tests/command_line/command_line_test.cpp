// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include <ai500/command_line.hpp>
#include <ai500/version.hpp>

using namespace ai500;

namespace {

std::variant<Command, CommandLineExit> parse(std::vector<std::string> const& arguments) {
  std::vector<char const*> argv{"./benchmark"};
  for (std::string const& argument : arguments) argv.push_back(argument.c_str());
  return parse_command_line(static_cast<int>(argv.size()), argv.data(),
                            {.program = "benchmark",
                             .description = "Trains a model on a data set.",
                             .default_epochs = "17",
                             .default_batch = "96",
                             .default_data = "/usr/share/the-data"});
}

/// The command, where there must be one.
Command command(std::vector<std::string> const& arguments) {
  auto const parsed = parse(arguments);
  if (auto const* exit = std::get_if<CommandLineExit>(&parsed)) FAIL(exit->text);
  return std::get<Command>(parsed);
}

CommandLineExit ending(std::vector<std::string> const& arguments) {
  auto const parsed = parse(arguments);
  REQUIRE(std::holds_alternative<CommandLineExit>(parsed));
  return std::get<CommandLineExit>(parsed);
}

/// The one line of a usage error, without "ai500: ".
std::string error(std::vector<std::string> const& arguments) {
  CommandLineExit const exit = ending(arguments);
  std::string const begin = "ai500: ";
  std::string const end = "\nTry --help\n";
  CHECK(exit.code == 2);
  REQUIRE(exit.text.size() > begin.size() + end.size());
  CHECK(exit.text.starts_with(begin));
  CHECK(exit.text.ends_with(end));
  std::string const line =
      exit.text.substr(begin.size(), exit.text.size() - begin.size() - end.size());
  CHECK(line.find('\n') == std::string::npos);
  return line;
}

bool contains(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

/// A folder for this test alone, which goes with it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "ai500-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path() const { return path_; }

  std::string file(std::string const& contents) const {
    std::string const name = path_ + "/run.toml";
    std::ofstream(name) << contents;
    return name;
  }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("parse_command_line: without arguments everything is left to the workload") {
  Command const given = command({});

  CHECK(given.kind == Command::Kind::train);
  CHECK(!given.configuration.jobs);
  CHECK(!given.configuration.degree);
  CHECK(!given.configuration.job);
  CHECK(!given.configuration.epochs);
  CHECK(!given.configuration.batch);
  CHECK(!given.configuration.micro_batch);
  CHECK(given.configuration.augmentation == Augmentation::none);
  CHECK(!given.configuration.crop_padding);
  CHECK(!given.configuration.threads);
  CHECK(!given.configuration.ranks);
  CHECK(!given.configuration.patience);
  CHECK(!given.configuration.share_accelerators);
  CHECK(given.configuration.seed == 1);
  CHECK(!given.configuration.checkpoint_steps);
  CHECK(given.configuration.scratch == "");
  CHECK(given.configuration.data == "");
  CHECK(given.configuration.output == "ai500-output");
  CHECK(!given.configuration.quick);
}

TEST_CASE("parse_command_line: takes an argv without even the program's name") {
  auto const parsed = parse_command_line(0, nullptr, {});

  CHECK(std::holds_alternative<Command>(parsed));
}

TEST_CASE("parse_command_line: every option arrives") {
  Command const given = command({"--jobs",
                                 "4",
                                 "--degree",
                                 "2",
                                 "--job",
                                 "3",
                                 "--epochs",
                                 "5",
                                 "--batch",
                                 "256",
                                 "--micro-batch",
                                 "32",
                                 "--threads",
                                 "6",
                                 "--seed",
                                 "18446744073709551615",
                                 "--data",
                                 "/d",
                                 "--output",
                                 "o",
                                 "--scratch",
                                 "/s",
                                 "--checkpoint-steps",
                                 "40",
                                 "--ranks",
                                 "8",
                                 "--patience",
                                 "90",
                                 "--share-accelerators",
                                 "--autotune",
                                 "ways",
                                 "--quick"});

  CHECK(given.configuration.jobs == 4);
  CHECK(given.configuration.degree == 2);
  CHECK(given.configuration.job == 3);
  CHECK(given.configuration.epochs == 5);
  CHECK(given.configuration.batch == 256);
  CHECK(given.configuration.micro_batch == 32);
  CHECK(given.configuration.threads == 6);
  CHECK(given.configuration.seed == 18446744073709551615u);
  CHECK(given.configuration.data == "/d");
  CHECK(given.configuration.scratch == "/s");
  CHECK(given.configuration.checkpoint_steps == 40);
  CHECK(given.configuration.ranks == 8);
  CHECK(given.configuration.patience == 90);
  CHECK(given.configuration.share_accelerators);
  CHECK(given.configuration.autotune == "ways");
  CHECK(given.configuration.output == "o");
  CHECK(given.configuration.quick);
}

TEST_CASE("parse_command_line: a value may stand behind an equals sign") {
  CHECK(command({"--jobs=4"}).configuration.jobs == 4);
  CHECK(command({"--quick=false"}).configuration.quick == false);
}

TEST_CASE("parse_command_line: --help mentions every option, subcommand and default") {
  CommandLineExit const exit = ending({"--help"});

  CHECK(exit.code == 0);
  for (std::string const word : {"Trains a model on a data set.",
                                 "--jobs M",
                                 "--degree P",
                                 "--job m",
                                 "--epochs N",
                                 "--batch N",
                                 "--micro-batch N",
                                 "--threads N",
                                 "--seed N",
                                 "--quick",
                                 "--data DIR",
                                 "--scratch DIR",
                                 "--checkpoint-steps N",
                                 "--ranks N",
                                 "--patience S",
                                 "--share-accelerators",
                                 "(default: 600)",
                                 "--autotune FILE",
                                 "--output DIR",
                                 "--config FILE",
                                 "--help",
                                 "--version",
                                 "plan",
                                 "flops",
                                 "aggregate",
                                 "(default: 17)",
                                 "(default: 96)",
                                 "(default: /usr/share/the-data)",
                                 "(default: 1)",
                                 "(default: ai500-output)",
                                 "NOT A RESULT",
                                 "mpirun -n 8 ./benchmark --jobs 4"}) {
    CAPTURE(word);
    CHECK(contains(exit.text, word));
  }
  CHECK(!contains(exit.text, "\n\n\n"));
  CHECK(exit.text.back() == '\n');
}

TEST_CASE("parse_command_line: a subcommand has its own help") {
  CommandLineExit const plan = ending({"plan", "--help"});

  CHECK(plan.code == 0);
  CHECK(contains(plan.text, "--scale N"));
  CHECK(contains(plan.text, "--ranks-per-node N"));
  CHECK(contains(ending({"aggregate", "-h"}).text, "DIR"));
  CHECK(ending({"flops", "-h"}).code == 0);
}

TEST_CASE("parse_command_line: --version says which") {
  CommandLineExit const exit = ending({"--version"});

  CHECK(exit.code == 0);
  CHECK(exit.text == "ai500 " + std::string(version) + "\n");
}

TEST_CASE("parse_command_line: plan takes its machine, and the ensemble before or behind") {
  for (std::vector<std::string> const& arguments :
       {std::vector<std::string>{"plan", "--scale", "64", "--ranks-per-node", "8", "--jobs", "16",
                                 "--degree", "4"},
        std::vector<std::string>{"--jobs", "16", "--degree", "4", "plan", "--ranks-per-node", "8",
                                 "--scale", "64"},
        std::vector<std::string>{"--jobs=16", "plan", "--scale=64", "--degree=4",
                                 "--ranks-per-node=8"}}) {
    Command const given = command(arguments);
    CHECK(given.kind == Command::Kind::plan);
    CHECK(given.plan_scale == 64);
    CHECK(given.ranks_per_node == 8);
    CHECK(given.configuration.jobs == 16);
    CHECK(given.configuration.degree == 4);
  }
  CHECK(!command({"plan"}).plan_scale);
  CHECK(command({"plan", "--scale", "2"}).ranks_per_node == 1);
  CHECK(!command({"plan"}).plan_program);
  CHECK(command({"plan", "--program"}).plan_program);
}

TEST_CASE("parse_command_line: flops and aggregate") {
  CHECK(command({"flops"}).kind == Command::Kind::flops);
  CHECK(command({"flops", "--batch", "8"}).configuration.batch == 8);
  Command const given = command({"aggregate", "some/folder", "--output", "o"});
  CHECK(given.kind == Command::Kind::aggregate);
  CHECK(given.aggregate_folder == "some/folder");
  CHECK(given.configuration.output == "o");
  CHECK(command({"--seed", "2", "aggregate", "--quick", "f"}).aggregate_folder == "f");
}

TEST_CASE("parse_command_line: a value that is out of range is refused by name") {
  CHECK(error({"--jobs", "-1"}) == "--jobs -1: must be at least 1");
  CHECK(error({"--jobs=0"}) == "--jobs 0: must be at least 1");
  CHECK(error({"--degree", "0"}) == "--degree 0: must be at least 1");
  CHECK(error({"--job", "-1", "--jobs", "2"}) == "--job -1: must be at least 0");
  CHECK(error({"--epochs", "0"}) == "--epochs 0: must be at least 1");
  CHECK(error({"--batch", "0"}) == "--batch 0: must be at least 1");
  CHECK(error({"--micro-batch", "-8"}) == "--micro-batch -8: must be at least 1");
  CHECK(error({"--threads", "0"}) == "--threads 0: must be at least 1");
  CHECK(error({"--ranks", "1025"}) == "--ranks 1025: must be at most 1024");
  CHECK(error({"plan", "--scale", "0"}) == "--scale 0: must be at least 1");
  CHECK(error({"plan", "--scale", "10000001"}) == "--scale 10000001: must be at most 10000000");
  CHECK(error({"plan", "--scale", "8", "--ranks-per-node", "0"}) ==
        "--ranks-per-node 0: must be at least 1");
}

TEST_CASE("parse_command_line: the augmentation of training images, by its name") {
  Command const given = command({"--augmentation", "crop-and-mirror", "--crop-padding", "2"});
  CHECK(given.configuration.augmentation == Augmentation::crop_and_mirror);
  CHECK(given.configuration.crop_padding == 2);
  CHECK(command({"--augmentation", "none"}).configuration.augmentation == Augmentation::none);

  CHECK(error({"--augmentation", "flip"}) ==
        "--augmentation 'flip': must be none or crop-and-mirror");
  CHECK(error({"--augmentation", ""}) == "--augmentation '': must be none or crop-and-mirror");
  CHECK(error({"--augmentation", "crop-and-mirror", "--crop-padding", "-1"}) ==
        "--crop-padding -1: must be at least 0");
  CHECK(error({"--crop-padding", "2"}) == "--crop-padding 2: needs --augmentation crop-and-mirror");
}

TEST_CASE("parse_command_line: the augmentation in a TOML file") {
  Folder const folder;
  std::string const file = folder.file("augmentation = 'crop-and-mirror'\ncrop-padding = 3\n");

  Command const given = command({"--config", file});

  CHECK(given.configuration.augmentation == Augmentation::crop_and_mirror);
  CHECK(given.configuration.crop_padding == 3);
  folder.file("seed = 1\naugmentation = 'flip'\n");
  CHECK(error({"--config", file}) ==
        file + ":2: --augmentation 'flip': must be none or crop-and-mirror");
}

TEST_CASE("parse_command_line: a value that overflows is refused") {
  CHECK(error({"--jobs", "2147483648"}) == "--jobs 2147483648: must be at most 2147483647");
  CHECK(error({"--jobs", "-99999999999999999999"}) ==
        "--jobs -99999999999999999999: must be at least 1");
  CHECK(error({"--batch", "99999999999999999999"}) ==
        "--batch 99999999999999999999: must be at most 4294967296");
  CHECK(error({"--seed", "18446744073709551616"}) ==
        "--seed 18446744073709551616: must be at most 18446744073709551615");
}

TEST_CASE("parse_command_line: a value that is no whole number is refused") {
  for (std::string const value : {"four", "4x", "4.0", "1e3", " 4", "4 ", "+4", "0x4", "[1,2]"}) {
    CAPTURE(value);
    CHECK(error({"--jobs", value}) == "--jobs '" + value + "': must be a whole number, at least 1");
  }
  CHECK(error({"--seed", "-1"}) == "--seed '-1': must be a whole number, at least 0");
}

TEST_CASE("parse_command_line: an option without its value is refused") {
  CHECK(error({"--jobs"}) == "--jobs: has no value");
  CHECK(error({"plan", "--scale"}) == "--scale: has no value");
  CHECK(error({"--output=", "--jobs", "4"}) == "--output=: has no value");
  CHECK(error({"--output", "--jobs", "4"}) == "--output '--jobs': must be a path");
  CHECK(error({"--data", ""}) == "--data '': must be a path");
  CHECK(error({"--jobs", "--degree", "2"}) ==
        "--jobs '--degree': must be a whole number, at least 1");
  CHECK(error({"--config"}) == "--config: has no value");
  CHECK(error({"--quick=yes"}) == "--quick=yes: takes no value, or true or false");
}

TEST_CASE("parse_command_line: an option given twice is refused") {
  CHECK(error({"--jobs", "4", "--jobs", "4"}) == "--jobs: is given 2 times; once is right");
  CHECK(error({"--jobs", "4", "plan", "--jobs", "2"}) == "--jobs: is given 2 times; once is right");
  CHECK(error({"--quick", "--quick", "--quick"}) == "--quick: is given 3 times; once is right");
  CHECK(error({"plan", "--scale", "4", "--scale", "8"}) ==
        "--scale: is given 2 times; once is right");
}

TEST_CASE("parse_command_line: an unknown word is refused, with the likeliest one") {
  CHECK(error({"--epoch", "3"}) == "unknown option --epoch; did you mean --epochs?");
  CHECK(error({"--epoch=3"}) == "unknown option --epoch; did you mean --epochs?");
  CHECK(error({"--learning-rate", "3"}) == "unknown option --learning-rate");
  CHECK(error({"-j", "3"}) == "unknown option -j");
  CHECK(contains(error({"plam"}), "did you mean plan?"));
  CHECK(contains(error({"evaluate"}), "subcommands are plan, flops, aggregate"));
  CHECK(contains(error({"plan", "flops"}), "'flops': is a second subcommand"));
  CHECK(contains(error({"aggregate", "a", "b"}), "'b'"));
}

TEST_CASE("parse_command_line: options that need one another are checked") {
  CHECK(contains(error({"--job", "1"}), "--job 1: needs --jobs M"));
  CHECK(contains(error({"--job", "4", "--jobs", "4"}), "--job 4: must be at most 3"));
  CHECK(contains(error({"--scale", "4"}), "--scale: is an option of plan"));
  CHECK(contains(error({"plan", "--ranks-per-node", "4"}), "needs --scale N"));
  CHECK(contains(error({"plan", "--scale", "4", "--jobs", "4", "--job", "1"}), "--job 1: cannot"));
  CHECK(contains(error({"aggregate"}), "needs DIR"));
  CHECK(error({"aggregate", ""}) == "aggregate '': must be a path");
}

TEST_CASE("parse_command_line: a TOML file gives every option") {
  Folder const folder;
  std::string const file = folder.file(
      "jobs = 4\ndegree = 2\njob = 3\nepochs = 5\nbatch = 1_024\nmicro-batch = 32\nthreads = 6\n"
      "seed = 9223372036854775807\nquick = true\ndata = \"/a b\"  # a comment\noutput = 'o'\n");

  Command const given = command({"--config", file});

  CHECK(given.configuration.jobs == 4);
  CHECK(given.configuration.degree == 2);
  CHECK(given.configuration.job == 3);
  CHECK(given.configuration.epochs == 5);
  CHECK(given.configuration.batch == 1024);
  CHECK(given.configuration.micro_batch == 32);
  CHECK(given.configuration.threads == 6);
  CHECK(given.configuration.seed == 9223372036854775807u);
  CHECK(given.configuration.quick);
  CHECK(given.configuration.data == "/a b");
  CHECK(given.configuration.output == "o");
}

TEST_CASE("parse_command_line: the command line goes before the file") {
  Folder const folder;
  std::string const file = folder.file("jobs = 4\nseed = 7\nquick = true\n");

  Command const given = command({"--seed", "9", "--quick=false", "plan", "--config", file});

  CHECK(given.kind == Command::Kind::plan);
  CHECK(given.configuration.jobs == 4);
  CHECK(given.configuration.seed == 9);
  CHECK(!given.configuration.quick);
}

TEST_CASE("parse_command_line: a file's mistakes name file, line and key") {
  Folder const folder;
  auto const message = [&folder](std::string const& contents,
                                 std::vector<std::string> arguments = {}) {
    std::string const file = folder.file(contents);
    arguments.insert(arguments.end(), {"--config", file});
    std::string const text = error(arguments);
    REQUIRE(text.starts_with(file + ':'));
    return text.substr(file.size() + 1);
  };

  CHECK(message("# first\njops = 4\n") == "2: unknown key jops; did you mean jobs?");
  CHECK(message("micro_batch = 4\n") == "1: unknown key micro_batch; did you mean micro-batch?");
  CHECK(message("learning-rate = 4\n") ==
        "1: unknown key learning-rate; there are jobs, degree, ranks, job, epochs, batch, "
        "micro-batch, augmentation, crop-padding, threads, share-accelerators, patience, "
        "checkpoint-steps, seed, autotune, "
        "quick, data, scratch, output");
  CHECK(contains(message("config = 'other.toml'\n"), "1: unknown key config"));
  CHECK(message("jobs = 0\n") == "1: --jobs 0: must be at least 1");
  CHECK(message("jobs = 0\n", {"--jobs", "4"}) == "1: --jobs 0: must be at least 1");
  CHECK(message("jobs = '4'\n") == "1: jobs must be a whole number, without quotes");
  CHECK(message("quick = 1\n") == "1: quick must be true or false, without quotes");
  CHECK(message("data = 4\n") == "1: data must be text in quotes");
}

TEST_CASE("parse_command_line: a file's value of a type that no option takes is refused") {
  Folder const folder;

  for (std::string const value :
       {"4.0", "1e3", "inf", "true", "[4]", "[\n4\n]", "{m = 4}", "1979-05-27", "07:32:00"}) {
    CAPTURE(value);
    std::string const file = folder.file("seed = 1\njobs = " + value + '\n');
    CHECK(error({"--config", file}) == file + ":2: jobs must be a whole number, without quotes");
  }
  for (std::string const table : {"[plan]\nscale = 4\n", "[plan.machine]\n", "[[plan]]\n",
                                  "plan.scale = 4\n", "plan = {scale = 4}\n"}) {
    CAPTURE(table);
    std::string const file = folder.file("seed = 1\n" + table);
    CHECK(error({"--config", file}).starts_with(file + ":2: unknown key plan; "));
  }
}

TEST_CASE("parse_command_line: a file that is no TOML is refused with file and line") {
  Folder const folder;

  for (std::string const line :
       {"jobs",           "jobs 4",          "= 4",          "jobs =",          "jobs = # 4",
        "jobs = 4 5",     "jobs = 04",       "jobs = 4_",    "jobs = 4__0",     "jobs = -",
        "jobs = four",    "quick = +true",   "quick = True", "data = \"a",      "data = 'a",
        "data = \"a\\\"", "data = \"a\\q\"", "data = 'a'b",  "data = \"\xff\"", "seed = 4"}) {
    for (std::string const rest : {"", "\n", "\r\nquick = true\n"}) {
      CAPTURE(line + rest);
      std::string const file = folder.file("seed = 1\n" + line + rest);
      CHECK(error({"--config", file}).starts_with(file + ":2: "));
    }
  }
}

TEST_CASE("parse_command_line: a key given twice is refused by name") {
  Folder const folder;
  std::string const file = folder.file("jobs = 4\nseed = 1\njobs = 4\n");

  std::string const message = error({"--config", file});

  CHECK(message.starts_with(file + ":3: "));
  CHECK(contains(message, "jobs"));
}

TEST_CASE("parse_command_line: a file's whole number beyond TOML's 64 bits is refused") {
  Folder const folder;

  for (std::string const value : {"9223372036854775808", "-9223372036854775809"}) {
    CAPTURE(value);
    std::string const file = folder.file("seed = " + value + '\n');
    CHECK(error({"--config", file}).starts_with(file + ":1: "));
  }
}

TEST_CASE("parse_command_line: a file is read as TOML writes numbers, text and lines") {
  Folder const folder;
  auto const configuration = [&folder](std::string const& contents) {
    return command({"--config", folder.file(contents)}).configuration;
  };

  CHECK(configuration("").seed == 1);
  CHECK(configuration("\n  \n# seed = 4\n\t# more").seed == 1);
  CHECK(configuration("\xef\xbb\xbfseed = 4").seed == 4);
  CHECK(configuration("  seed\t=\t+1_024#no blank\r\njobs=2\r\n").seed == 1024);
  CHECK(configuration("seed = 0x10").seed == 16);
  CHECK(configuration("\"seed\" = 0").seed == 0);
  CHECK(configuration("quick = false").quick == false);
  CHECK(configuration("data = '/a b/#c'").data == "/a b/#c");
  CHECK(configuration(R"(data = "say \"no\" \\ "  # "not this")").data == R"(say "no" \ )");
}

TEST_CASE("parse_command_line: options of file and command line must fit together") {
  Folder const folder;
  std::string const file = folder.file("jobs = 4\n");

  CHECK(command({"--config", file, "--job", "3"}).configuration.job == 3);
  CHECK(contains(error({"--config", file, "--job", "4"}), "--job 4: must be at most 3"));
}

TEST_CASE("parse_command_line: a file that cannot be read is refused") {
  Folder const folder;
  std::string const missing = folder.path() + "/none.toml";

  CHECK(error({"--config", missing}) == "--config " + missing + ": cannot read this file");
  CHECK(error({"--config", folder.path()}) ==
        "--config " + folder.path() + ": cannot read this file");
}

TEST_CASE("parse_command_line: environment variables are not read") {
  setenv("JOBS", "4", 1);
  setenv("AI500_JOBS", "4", 1);

  Command const given = command({});

  CHECK(!given.configuration.jobs);
}
