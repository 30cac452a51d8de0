// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/training/reduction_cost.hpp>

using namespace ai500;

TEST_CASE("continued: seconds of all runs add up, the rest is the last run's") {
  ReductionCost const before{.transport = "messages", .hidden_seconds = 1, .exposed_seconds = 2};
  ReductionCost const now{.transport = "messages",
                          .buckets = 3,
                          .wire_bytes_per_step = 400,
                          .hidden_seconds = 0.5,
                          .exposed_seconds = 0.25};

  ReductionCost expected = now;
  expected.hidden_seconds = 1.5;
  expected.exposed_seconds = 2.25;
  CHECK(continued(before, now) == expected);
  CHECK(continued({}, now) == now);
  CHECK(continued({}, {}) == ReductionCost{});
}

TEST_CASE("continued: names each way of summing once, in order") {
  auto const by = [](std::string transport) { return ReductionCost{.transport = transport}; };

  ReductionCost const two = continued(by("shared memory"), by("messages"));

  CHECK(two.transport == "shared memory, then messages");
  CHECK(continued(two, by("messages")).transport == two.transport);
}
