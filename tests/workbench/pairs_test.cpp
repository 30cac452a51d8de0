// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>

#include <ai500/workbench/pairs.hpp>

using namespace ai500::workbench;

TEST_CASE("median: the middle one, of an even number the mean of the middle two") {
  CHECK(median({3}) == 3);
  CHECK(median({9, 1, 5}) == 5);
  CHECK(median({8, 1, 4, 2}) == 3);
}

TEST_CASE("time_in_pairs: warms up, then takes turns, and the one that begins changes") {
  std::string runs;

  PairedSeconds const time = time_in_pairs([&] { runs += 'a'; }, [&] { runs += 'b'; }, {3, 0});

  CHECK(runs ==
        "ab"
        "ab"
        "ba"
        "ab");
  CHECK(time.pairs == 3);
  CHECK(time.first >= 0);
  CHECK(time.second >= 0);
}

TEST_CASE("time_in_pairs: goes on until the time is used, too") {
  int runs = 0;

  PairedSeconds const time = time_in_pairs([&] { ++runs; }, [] {}, {1, 0.01});

  CHECK(time.pairs > 1);
  CHECK(runs == time.pairs + 1);
}

TEST_CASE("time_alone: warms up, then runs as often and as long as it is told") {
  int runs = 0;

  CHECK(time_alone([&] { ++runs; }, {3, 0}) >= 0);
  CHECK(runs == 4);
  CHECK(time_alone([&] { ++runs; }, {1, 0.01}) < 0.01);
  CHECK(runs > 6);
}
