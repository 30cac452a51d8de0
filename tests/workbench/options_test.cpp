// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/cores.hpp>
#include <ai500/workbench/options.hpp>

using namespace ai500;
using namespace ai500::workbench;

namespace {

std::variant<Options, OptionsExit> parsed(std::vector<char const*> arguments) {
  arguments.insert(arguments.begin(), "vendor_kernel");
  return parse_options(static_cast<int>(arguments.size()), arguments.data(), "mine beside others");
}

OptionsExit refused(std::vector<char const*> const& arguments) {
  auto const result = parsed(arguments);
  REQUIRE(std::holds_alternative<OptionsExit>(result));
  return std::get<OptionsExit>(result);
}

}  // namespace

TEST_CASE("parse_options: batch 8 on all cores unless said otherwise") {
  Options const usual = std::get<Options>(parsed({}));
  Options const other = std::get<Options>(parsed({"--batch", "32", "--threads", "3"}));

  CHECK(usual.measurement.batch == 8);
  CHECK(usual.threads == available_cores().count);
  CHECK_FALSE(usual.quick);
  CHECK(other.measurement.batch == 32);
  CHECK(other.threads == 3);
}

TEST_CASE("parse_options: --quick measures little") {
  Options const quick = std::get<Options>(parsed({"--quick"}));

  CHECK(quick.quick);
  CHECK(quick.measurement.rows == 3);
  CHECK(quick.measurement.batch == 2);
  CHECK(quick.measurement.step_effort.pairs == 1);
}

TEST_CASE("parse_options: help is no error; what cannot be is one that names the option") {
  CHECK(refused({"--help"}).code == 0);
  CHECK(refused({"--help"}).text.find("mine beside others") != std::string::npos);
  for (auto const& wrong :
       {std::vector<char const*>{"--batch", "0"}, {"--batch", "x"}, {"--batch"}}) {
    CHECK(refused(wrong).code == 2);
    CHECK(refused(wrong).text.find("--batch") != std::string::npos);
  }
  CHECK(refused({"--threads", "-1"}).text.find("--threads") != std::string::npos);
  CHECK(refused({"--fast"}).text.find("--fast") != std::string::npos);
  CHECK(refused({"--fast"}).code == 2);
}
