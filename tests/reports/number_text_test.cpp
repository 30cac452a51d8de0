// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <doctest/doctest.h>

#include <ai500/reports/number_text.hpp>

using namespace ai500;
using namespace ai500::reports;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("shortest: the fewest digits that read back as the same number") {
  CHECK(shortest(0.1) == "0.1");
  CHECK(shortest(0.1 + 0.2) == "0.30000000000000004");
  CHECK(shortest(5) == "5");
  CHECK(shortest(-2.5) == "-2.5");
  CHECK(shortest(not_a_number) == "");
  CHECK(shortest(infinity) == "");
}

TEST_CASE("fixed: rounds to the digits asked for, and says '-' for what was not measured") {
  CHECK(fixed(0.91006, 4) == "0.9101");
  CHECK(fixed(12, 3) == "12.000");
  CHECK(fixed(-0.25, 1) == "-0.2");
  CHECK(fixed(not_a_number, 4) == "-");
  CHECK(fixed(-infinity, 4) == "-");
  CHECK(fixed(std::numeric_limits<double>::max(), 3).size() == 313);
}

TEST_CASE("grouped: commas stand between thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(22983942144) == "22,983,942,144");
  CHECK(grouped(-999) == "-999");
  CHECK(grouped(-1000) == "-1,000");
  CHECK(grouped(std::numeric_limits<Count>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("flops_text: the unit leaves one to three digits before the point") {
  CHECK(flops_text(1.2345e9) == "1.234 GFLOPS");
  CHECK(flops_text(98.76e9) == "98.76 GFLOPS");
  CHECK(flops_text(516.875e12) == "516.9 TFLOPS");
  CHECK(flops_text(31.41e15) == "31.41 PFLOPS");
  CHECK(flops_text(2.5e18) == "2.500 EFLOPS");
  CHECK(flops_text(1.5e6) == "0.001500 GFLOPS");
  CHECK(flops_text(0) == "0.000000 GFLOPS");
  CHECK(flops_text(not_a_number) == "-");
}
