// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <ai500/configuration/toml.hpp>

using namespace ai500;
using Kind = TomlEntry::Kind;

TEST_CASE("read_toml: an empty file has no entries") {
  CHECK(read_toml("", "f").empty());
  CHECK(read_toml("\n  \n# jobs = 4\n\t# more", "f").empty());
}

TEST_CASE("read_toml: reads numbers, booleans and strings with their lines") {
  auto const entries = read_toml(
      "jobs = 4\n"
      "# a comment\n"
      "micro-batch=1_024 # behind a value\r\n"
      "  quick\t=\ttrue#no blank\n"
      "data = \"/a b/#c\"\n"
      "output = 'C:\\x'",
      "f");

  CHECK(entries == std::vector<TomlEntry>{{"jobs", Kind::whole_number, "4", 1},
                                          {"micro-batch", Kind::whole_number, "1024", 3},
                                          {"quick", Kind::boolean, "true", 4},
                                          {"data", Kind::text, "/a b/#c", 5},
                                          {"output", Kind::text, "C:\\x", 6}});
}

TEST_CASE("read_toml: numbers have signs, as TOML says") {
  auto const entries = read_toml("a = -1\nb = +2\nc = 0", "f");

  CHECK(entries == std::vector<TomlEntry>{{"a", Kind::whole_number, "-1", 1},
                                          {"b", Kind::whole_number, "2", 2},
                                          {"c", Kind::whole_number, "0", 3}});
}

TEST_CASE("read_toml: escapes of quotes and backslashes are undone") {
  auto const entries = read_toml(R"(a = "say \"no\" \\ "  # "not this")", "f");

  REQUIRE(entries.size() == 1);
  CHECK(entries[0].value == R"(say "no" \ )");
}

TEST_CASE("read_toml: what is malformed is refused with file and line") {
  char const* const malformed[] = {
      "jobs",          "jobs 4",       "= 4",        "jobs =",      "jobs = # 4",
      "jobs = 4 5",    "jobs = 4.5",   "jobs = 1e3", "jobs = 04",   "jobs = 4_",
      "jobs = 4__0",   "jobs = 0x10",  "jobs = -",   "jobs = four", "jobs = [4]",
      "quick = +true", "quick = True", "data = \"a", "data = 'a",   "data = \"a\\n\"",
      "data = \"a\\",  "data = 'a'b",  "[plan]",     "\"jobs\" = 4"};

  for (std::string const line : malformed) {
    CAPTURE(line);
    try {
      read_toml("seed = 1\n" + line, "run.toml");
      FAIL_CHECK("must be refused");
    } catch (UsageError const& error) {
      CHECK(std::string(error.what()).find("run.toml:2: ") == 0);
    }
  }
}

TEST_CASE("read_toml: a key given twice is refused and names the first line") {
  CHECK_THROWS_WITH_AS(read_toml("jobs = 4\nseed = 1\njobs = 4\n", "f"),
                       "f:3: jobs is given already in line 1", UsageError);
}
