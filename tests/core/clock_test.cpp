// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/core/clock.hpp>

using namespace ai500;

TEST_CASE("seconds_since: counts up and never backwards") {
  auto const start = std::chrono::steady_clock::now();

  double const first = seconds_since(start);
  double const second = seconds_since(start);

  CHECK(first >= 0);
  CHECK(second >= first);
}

TEST_CASE("unix_seconds: is a date of this century") {
  CHECK(unix_seconds() > 946'684'800);    // 2000-01-01
  CHECK(unix_seconds() < 4'102'444'800);  // 2100-01-01
}
