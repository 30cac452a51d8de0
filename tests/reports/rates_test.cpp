// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/reports/rates.hpp>

using namespace ai500;

namespace {

MemberRecord timed_member(std::string run, double seconds, double started, Count processed) {
  MemberRecord member;
  member.run = std::move(run);
  member.seconds = seconds;
  member.started_unix = started;
  member.finished_unix = started + seconds;
  member.samples_processed = processed;
  return member;
}

}  // namespace

TEST_CASE("rates: members of one run are timed by the slowest of them") {
  std::vector<MemberRecord> const members{timed_member("a", 4, 100, 1000),
                                          timed_member("a", 5, 100, 1500)};

  Rates const measured = rates(members, 20);

  CHECK(measured.training_seconds == 5);
  CHECK(measured.samples_processed == 2500);
  CHECK(measured.samples_per_second == 500);
  CHECK(measured.samples_per_second_per_member == doctest::Approx((250.0 + 300.0) / 2));
  CHECK(measured.flops == 2500.0 * 20 / 5);  // Eq. (6)
  CHECK(measured.timing.starts_with("one run"));
}

TEST_CASE("rates: members trained one after the other are not counted as if side by side") {
  std::vector<MemberRecord> const members{timed_member("a", 4, 100, 1000),
                                          timed_member("b", 5, 110, 1000)};

  Rates const measured = rates(members, 1);

  CHECK(measured.training_seconds == 15);  // from 100 to 115
  CHECK(measured.samples_per_second == doctest::Approx(2000.0 / 15));
  CHECK(measured.timing.starts_with("separate runs"));
}

TEST_CASE("rates: a member that was resumed is timed by the wall clock, interruption included") {
  MemberRecord resumed = timed_member("b", 5, 100, 1000);
  resumed.resumed = 1;
  resumed.finished_unix = 120;  // 15 s passed between its runs
  std::vector<MemberRecord> const members{timed_member("b", 4, 116, 1000), resumed};

  Rates const measured = rates(members, 20);

  CHECK(measured.training_seconds == 20);  // from 100 to 120
  CHECK(measured.flops == 2000.0 * 20 / 20);
  CHECK(measured.samples_per_second_per_member == doctest::Approx((250.0 + 200.0) / 2));
  CHECK(measured.timing.starts_with("separate runs"));
}

TEST_CASE("rates: without a member there is nothing to measure") {
  CHECK_THROWS_WITH_AS(rates({}, 1), doctest::Contains("no member is kept"), Error);
}
