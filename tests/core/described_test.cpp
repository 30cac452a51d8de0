// SPDX-License-Identifier: Apache-2.0
#include <ai500/core/described.hpp>
//
#include <doctest/doctest.h>

namespace ai500::testing {
namespace {

struct Plain {
  static constexpr std::string_view name = "plain";
};
struct Tuned {
  static constexpr std::string_view name = "tuned";
  double rate = 0.5;
  std::string settings() const { return "rate " + number_text(rate); }
};

}  // namespace

TEST_CASE("number_text: a number has at most six digits and no zeros behind them") {
  CHECK(number_text(0) == "0");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(0.875) == "0.875");
  CHECK(number_text(256) == "256");
  CHECK(number_text(8.0 / 90) == "0.0888889");
  CHECK(number_text(3.0517578125e-05) == "3.05176e-05");
  CHECK(number_text(-1e30) == "-1e+30");
}

TEST_CASE("described: a policy without settings is its name") {
  CHECK(described(Plain{}) == "plain");
}

TEST_CASE("described: a policy's settings are those of the value, not of the type") {
  CHECK(described(Tuned{}) == "tuned (rate 0.5)");
  CHECK(described(Tuned{.rate = 0.25}) == "tuned (rate 0.25)");
}

}  // namespace ai500::testing
