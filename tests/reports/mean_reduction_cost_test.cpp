// SPDX-License-Identifier: Apache-2.0
#include <ai500/reports/mean_reduction_cost.hpp>
//
#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace ai500;

namespace {

MemberRecord member(std::string transport, double hidden, double exposed) {
  MemberRecord record;
  record.reductions = {.transport = std::move(transport),
                       .buckets = 21,
                       .wire_bytes_per_step = 1000,
                       .hidden_seconds = hidden,
                       .exposed_seconds = exposed};
  return record;
}

}  // namespace

TEST_CASE("mean_reduction_cost: seconds are the members' mean, each way of summing is named once") {
  std::vector<MemberRecord> const members{member("memory", 4, 1), member("messages", 8, 2),
                                          member("memory", 6, 3)};

  ReductionCost const mean = mean_reduction_cost(members);

  CHECK(mean.transport == "memory; messages");
  CHECK(mean.buckets == 21);
  CHECK(mean.wire_bytes_per_step == 1000);
  CHECK(mean.hidden_seconds == doctest::Approx(6));
  CHECK(mean.exposed_seconds == doctest::Approx(2));
}

TEST_CASE("mean_reduction_cost: members of one rank reduce nothing") {
  std::vector<MemberRecord> const members(2);

  CHECK(mean_reduction_cost(members) == ReductionCost{});
  CHECK(mean_reduction_cost({}) == ReductionCost{});
}
