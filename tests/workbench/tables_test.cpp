// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/workbench/tables.hpp>

using namespace ai500;
using namespace ai500::workbench;

namespace {

KernelComparison two_rows() {
  return {.step = "convolution",
          .kernel = "mine",
          .standard = "onednn",
          .unit = "GFLOP/s",
          .measurement = {.batch = 8, .check_batch = 2},
          .rows = {{.shape = "64x56x56 * 1x1/1 -> 64x56x56",
                    .times = 3,
                    .work = {2e9, "GFLOP/s"},
                    .seconds = 0.020,
                    .standard_seconds = 0.010,
                    .check = {.error = 2.5e-7}},
                   {.shape = "64x56x56 * 3x3/1 -> 64x56x56",
                    .times = 1,
                    .work = {4e9, "GFLOP/s"},
                    .seconds = 0.020,
                    .standard_seconds = 0.025,
                    .check = {.error = 1e-6}}}};
}

bool has(std::string const& text, std::string const& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("describe: a row has its rates, their ratio and the error") {
  std::string const text = describe(two_rows());

  CHECK(has(text, "convolution: mine beside onednn, GFLOP/s"));
  CHECK(has(text, "timed with 8 images"));
  CHECK(has(text, "checked with 2 images"));
  CHECK(has(text,
            "64x56x56 * 1x1/1 -> 64x56x56            3    100.0    200.0   0.50  2.5e-07"
            "     ok\n"));
  CHECK(has(text, "200.0    160.0   1.25  1.0e-06     ok\n"));
}

TEST_CASE("describe: the sum counts each shape as often as it occurs") {
  std::string const text = describe(two_rows());

  // 3 x 2 + 4 GFLOP in 3 x 20 + 20 ms and in 3 x 10 + 25 ms
  CHECK(has(text, "all of these in one training step       4    125.0    181.8   0.69"));
  CHECK(has(text, "they take 80.0 ms with mine, 55.0 ms with onednn\n"));
  CHECK_FALSE(has(text, "WRONG on"));
}

TEST_CASE("describe: a wrong row has no rate and says why; there is no sum") {
  KernelComparison table = two_rows();
  table.rows[1] = {.shape = table.rows[1].shape,
                   .times = 1,
                   .work = table.rows[1].work,
                   .check = {.error = 0.5, .fault = "differs from what is right"}};

  std::string const text = describe(table);

  CHECK(has(text, "        -        -      -  5.0e-01  WRONG\n    differs from what is right\n"));
  CHECK(has(text, "WRONG on 1 of 2 shapes\n"));
  CHECK_FALSE(has(text, "all of these"));
}

TEST_CASE("describe: columns keep a blank between them when a kernel's name is long") {
  KernelComparison table = two_rows();
  table.kernel = "a vendor's kernel";

  CHECK(has(describe(table), "times  a vendor's kernel   onednn  ratio"));
}

TEST_CASE("describe: whole steps are beside each other, with their reorders and the change") {
  WholeSteps steps{.mine = {"convolution: mine", 1.5, 12, 6.9},
                   .standard = {"onednn", 1.2, 0, 6.9},
                   .pairs = 5,
                   .batch = 8};

  std::string const slower = describe(steps);
  steps.mine.seconds = 0.9;
  std::string const faster = describe(steps);

  CHECK(has(slower, "a whole training step of 8 images, medians of 5 that took turns"));
  CHECK(has(slower, "1200.0         0   6.90000  onednn\n"));
  CHECK(has(slower, "1500.0        12   6.90000  onednn, but convolution: mine\n"));
  CHECK(has(slower, "change: +300.0 ms a step, 1.250 times as long\n"));
  CHECK(has(faster, "change: -300.0 ms a step, 0.750 times as long\n"));
}

TEST_CASE("describe: where a step's time goes, of those kinds that there were") {
  StepSeconds seconds{.whole = 0.5, .runs = 2};
  seconds.of_kind[static_cast<std::size_t>(StepKind::convolution)] = 0.3;
  seconds.of_kind[static_cast<std::size_t>(StepKind::optimizer)] = 0.15;

  CHECK(describe(seconds) ==
        "one step, mean of 2                         ms       %\n"
        "convolution, forward                    150.00    60.0\n"
        "optimizer                                75.00    30.0\n"
        "outside of the program's steps           25.00    10.0\n"
        "all                                     250.00   100.0\n");
}
