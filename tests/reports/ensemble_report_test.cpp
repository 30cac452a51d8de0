// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <ai500/reports/ensemble_report.hpp>
#include <ai500/reports/member_folder.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::has;
using ai500::test::output_error;
using ai500::test::OutputFolder;

namespace {

MemberRecord member(Job job, double quality, double seconds) {
  MemberRecord record;
  record.job = job;
  record.settings = "settings";
  record.run = "run";
  record.ensemble_size = 3;
  record.epochs = 2;
  record.samples_processed = 1000;
  record.seconds = seconds;
  record.quality = quality;
  return record;
}

Predictions votes(float first) {
  return {.samples = 1, .classes = 2, .probabilities = {first, 1 - first}};
}

}  // namespace

TEST_CASE("load_voters: members of a larger M do not vote, stopped ones are listed only") {
  OutputFolder const output;
  MemberRecord stopped = member(1, not_measured, 1);
  stopped.stopped = "the loss is not finite";
  save_member(output.path(), member(0, 0.5, 1), votes(1));
  save_member(output.path(), stopped, {});
  save_member(output.path(), member(2, 0.5, 1), votes(0));

  Voters const all = load_voters(output.path(), std::nullopt);
  Voters const two = load_voters(output.path(), 2);

  CHECK(all.members.size() == 3);
  CHECK(all.predictions.size() == 2);
  CHECK(two.members.size() == 2);
  REQUIRE(two.predictions.size() == 1);
  CHECK(two.predictions[0] == votes(1));
}

TEST_CASE("load_voters: no member, or members of different settings, is an error") {
  OutputFolder const output;
  CHECK(has(output_error([&] { load_voters(output.path(), std::nullopt); }),
            {"holds no finished member"}));
  MemberRecord other = member(1, 0.5, 1);
  other.settings = "others";
  save_member(output.path(), member(0, 0.5, 1), votes(1));
  save_member(output.path(), other, votes(1));

  std::string const message = output_error([&] { load_voters(output.path(), std::nullopt); });

  CHECK(has(message, {"members 0 and 1"}));
  CHECK(has(message, {"settings\n  others"}));
}

TEST_CASE("is_finished: a member of other settings is an error that shows both") {
  OutputFolder const output;
  CHECK(!is_finished(output.path(), 0, "settings"));
  save_member(output.path(), member(0, 0.5, 1), votes(1));

  CHECK(is_finished(output.path(), 0, "settings"));
  std::string const message = output_error([&] { is_finished(output.path(), 0, "new"); });
  CHECK(has(message, {"member-0000"}));
  CHECK(has(message, {"there:     settings\n", "asked for: new\n", "--output"}));
}

TEST_CASE("state_members: rates are those of the members kept, by hand") {
  Report report;
  report.training_flops_per_sample = 10;
  MemberRecord stopped = member(2, not_measured, 9);
  stopped.stopped = "the loss is not finite";

  state_members(report, {member(0, 0.5, 2), member(1, 0.75, 4), stopped}, std::nullopt);

  CHECK(report.members.size() == 3);
  CHECK(report.members_kept == 2);
  CHECK(report.ensemble_size == 3);
  CHECK(report.training_seconds == 4);
  CHECK(report.epoch_seconds == 2);
  CHECK(report.samples_per_second == 500);             // 2 x 1000 / 4
  CHECK(report.samples_per_second_per_member == 375);  // mean of 500 and 250
  CHECK(report.flops == 5000);
  CHECK(report.mean_member_quality == 0.625);
}

TEST_CASE("state_quality: Eq. (7) and (8)") {
  Report report;
  report.flops = 100;
  report.quality.target = 0.5;
  report.quality.exponent = 2;

  state_quality(report, 1.0);

  CHECK(report.quality.penalty_coefficient == 4);
  CHECK(report.valid_flops == 400);
  CHECK(report.passed);
  state_quality(report, 0.25);
  CHECK(report.valid_flops == 25);
  CHECK(!report.passed);
}
