// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <ai500/reports/json.hpp>
#include <ai500/reports/publish.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::OutputFolder;
using ai500::test::read_bytes;

TEST_CASE("publish: result.json holds the report, results.csv a header and a row a run") {
  OutputFolder const output;
  Report const report = test::example_report();

  publish(report, output.path());
  publish(report, output.path());

  CHECK(read_bytes(output / "result.json") == to_json(report));
  std::string const rows = read_bytes(output / "results.csv");
  CHECK(std::ranges::count(rows, '\n') == 3);
}
