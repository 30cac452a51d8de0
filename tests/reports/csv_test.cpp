// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <ai500/reports/csv.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::example_report;
using ai500::test::has;
using ai500::test::output_error;
using ai500::test::OutputFolder;
using ai500::test::read_bytes;
using ai500::test::write_bytes;

namespace {

/// A reader of RFC 4180, written for these tests: the records of a file.
std::vector<std::vector<std::string>> records(std::string_view text) {
  std::vector<std::vector<std::string>> result;
  std::vector<std::string> record(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      record.back() += '"';
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      record.emplace_back();
    } else if (!quoted && text[i] == '\n') {
      result.push_back(std::exchange(record, std::vector<std::string>(1)));
    } else {
      record.back() += text[i];
    }
  }
  return result;
}

/// The value of a report in a column.
std::string value(Report const& report, std::string const& heading) {
  auto const table = records(csv_header() + csv_row(report));
  auto const column = std::find(table[0].begin(), table[0].end(), heading);
  REQUIRE_MESSAGE(column != table[0].end(), heading);
  return table[1].at(static_cast<std::size_t>(column - table[0].begin()));
}

std::size_t lines(std::string const& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("csv_field: only fields that need quotation marks get them (RFC 4180)") {
  CHECK(csv_field("") == "");
  CHECK(csv_field("two words") == "two words");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(csv_field("a\nb") == "\"a\nb\"");
  CHECK(csv_field("a\rb") == "\"a\rb\"");
}

TEST_CASE("csv_row: has as many fields as the header, and no heading stands twice") {
  auto const table = records(csv_header() + csv_row(example_report()));

  REQUIRE(table.size() == 2);
  CHECK(table[0].size() == table[1].size());
  std::vector<std::string> headings = table[0];
  std::sort(headings.begin(), headings.end());
  CHECK(std::adjacent_find(headings.begin(), headings.end()) == headings.end());
}

TEST_CASE("csv_row: the values stand below their headings") {
  Report const report = example_report();

  CHECK(value(report, "version") == "0.1.0");
  CHECK(value(report, "started_unix_seconds") == "1700000000.5");
  CHECK(value(report, "workload") == "image_classification");
  CHECK(value(report, "sampler") == "poisson_bootstrap");
  CHECK(value(report, "message_type") == "bfloat16");
  CHECK(value(report, "ensemble_size") == "2");
  CHECK(value(report, "scale_ranks") == "4");
  CHECK(value(report, "augmentation") == "crop and mirror (padding 4)");
  CHECK(value(report, "seed") == "18446744073709551615");
  CHECK(value(report, "samples_per_second") == "22488");
  CHECK(value(report, "samples_per_second_per_member") == "11244");
  CHECK(value(report, "epoch_seconds") == "5.5");
  CHECK(value(report, "reduction_transport") == "shared memory");
  CHECK(value(report, "reduction_buckets") == "21");
  CHECK(value(report, "wire_bytes_per_step") == "102440612");
  CHECK(value(report, "hidden_reduction_seconds") == "1.75");
  CHECK(value(report, "exposed_reduction_seconds") == "0.5");
  CHECK(value(report, "flop_per_second") == "5.16875e+14");
  CHECK(value(report, "training_flop_per_sample") == "22983942144");
  CHECK(value(report, "achieved_quality") == "0.7568");
  CHECK(value(report, "target_quality") == "0.763");
  CHECK(value(report, "penalty_coefficient") == "0.96003");
  CHECK(value(report, "libraries") == "oneDNN 2.6.3; Open MPI 4.1.4");
}

TEST_CASE("csv_row: awkward texts come back as they were") {
  Report report = example_report();
  report.environment.cpu = "a \"quoted\", long\r\nname";

  CHECK(value(report, "cpu") == report.environment.cpu);
}

TEST_CASE("csv_row: what was not measured and a quick run's verdict are empty") {
  Report report = example_report();
  report.quality.achieved = not_measured;
  CHECK(value(report, "achieved_quality") == "");
  CHECK(value(report, "passed") == "no");
  CHECK(value(report, "quick") == "no");

  report.quick = true;
  CHECK(value(report, "passed") == "");
  CHECK(value(report, "quick") == "yes");

  report.members.clear();
  CHECK(value(report, "started_unix_seconds") == "");
}

TEST_CASE("append_to_csv: a new file gets the header once, then row after row") {
  OutputFolder const folder;
  std::string const row = csv_row(example_report());

  append_to_csv(folder / "results.csv", example_report());
  append_to_csv(folder / "results.csv", example_report());

  CHECK(read_bytes(folder / "results.csv") == csv_header() + row + row);
}

TEST_CASE("append_to_csv: a row begins on a line of its own") {
  OutputFolder const folder;
  write_bytes(folder / "results.csv", csv_header() + "half a row");

  append_to_csv(folder / "results.csv", example_report());

  CHECK(read_bytes(folder / "results.csv") ==
        csv_header() + "half a row\n" + csv_row(example_report()));
}

TEST_CASE("append_to_csv: a file with other columns is refused and left alone") {
  OutputFolder const folder;
  std::string const file = folder / "results.csv";
  write_bytes(file, "version,model\n0.0.9,ResNet-50\n");

  std::string const message = output_error([&] { append_to_csv(file, example_report()); });

  CHECK(has(message, {file, "other columns"}));
  CHECK(read_bytes(file) == "version,model\n0.0.9,ResNet-50\n");
}

TEST_CASE("append_to_csv: a disk that is full or a folder that is not there is an error") {
  OutputFolder const folder;

  CHECK(has(output_error([&] { append_to_csv("/dev/full", example_report()); }),
            {"/dev/full", "write", "No space left on device"}));
  CHECK(has(output_error([&] { append_to_csv(folder / "no/results.csv", example_report()); }),
            {folder / "no/results.csv", "open", "No such file or directory"}));
}

TEST_CASE("append_to_csv: rows of processes that append at once are all there, none torn") {
  OutputFolder const folder;
  constexpr int processes = 6;
  constexpr int rows = 20;

  for (int process = 0; process < processes; ++process) {
    pid_t const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (int row = 0; row < rows; ++row) append_to_csv(folder / "results.csv", example_report());
      _exit(0);
    }
  }
  for (int process = 0; process < processes; ++process) {
    int status = -1;
    REQUIRE(wait(&status) > 0);
    CHECK(status == 0);
  }

  std::string const text = read_bytes(folder / "results.csv");
  std::string expected = csv_header();
  for (int row = 0; row < processes * rows; ++row) expected += csv_row(example_report());
  CHECK(lines(text) == 1 + processes * rows);
  CHECK(text == expected);
}
