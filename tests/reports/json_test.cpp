// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <ai500/reports/json.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::example_member;
using ai500::test::example_report;
using ai500::test::has;
using ai500::test::output_error;

namespace {

/// The text with its first `from` replaced.
std::string changed(std::string text, std::string const& from, std::string const& to) {
  std::size_t const place = text.find(from);
  REQUIRE_MESSAGE(place != std::string::npos, from);
  return text.replace(place, from.size(), to);
}

std::string message_of(std::string const& text) {
  return output_error([&] { member_from_json(text, "member.json"); });
}

void check_equal(MemberRecord const& a, MemberRecord const& b) {
  CHECK(a.job == b.job);
  CHECK(a.samples == b.samples);
  CHECK(a.distinct_samples == b.distinct_samples);
  CHECK(a.samples_processed == b.samples_processed);
  CHECK(a.epochs == b.epochs);
  CHECK(a.final_loss == b.final_loss);
  CHECK(a.quality == b.quality);
  CHECK(a.out_of_bag_quality == b.out_of_bag_quality);
  CHECK(a.seconds == b.seconds);
  CHECK(a.preparation_seconds == b.preparation_seconds);
  CHECK(a.evaluation_seconds == b.evaluation_seconds);
  CHECK(a.checkpoint_seconds == b.checkpoint_seconds);
  CHECK(a.resumed == b.resumed);
  CHECK(a.started_unix == b.started_unix);
  CHECK(a.finished_unix == b.finished_unix);
  CHECK(a.run == b.run);
  CHECK(a.settings == b.settings);
  CHECK(a.stopped == b.stopped);
  CHECK(a.out_of_bag_samples == b.out_of_bag_samples);
  CHECK(a.ensemble_size == b.ensemble_size);
  CHECK(a.batch == b.batch);
  CHECK(a.micro_batch == b.micro_batch);
  CHECK(a.augmentation == b.augmentation);
  CHECK(a.seed == b.seed);
  CHECK(a.quick == b.quick);
  CHECK(a.parallelism_degree == b.parallelism_degree);
  CHECK(a.threads == b.threads);
  CHECK(a.host == b.host);
  CHECK(a.devices == b.devices);
  CHECK(a.reductions == b.reductions);
}

}  // namespace

TEST_CASE("to_json: a member comes back with every bit of every number") {
  MemberRecord member = example_member();
  member.job = std::numeric_limits<Job>::max();
  member.samples = std::numeric_limits<Count>::max();
  member.seconds = 0.1 + 0.2;
  member.final_loss = std::numeric_limits<double>::denorm_min();
  member.quality = 2.0 / 3.0;
  member.stopped = "loss is not finite at epoch 1, step 17";
  member.settings = "quotes \" and \\ and \n and \t and \xc3\xa9";

  check_equal(member_from_json(to_json(member), "member.json"), member);
}

TEST_CASE("to_json: numbers that are not finite become null and come back as NaN") {
  MemberRecord member = example_member();
  member.final_loss = std::numeric_limits<double>::infinity();
  member.quality = std::numeric_limits<double>::quiet_NaN();

  std::string const text = to_json(member);
  MemberRecord const back = member_from_json(text, "member.json");

  CHECK(has(text, {"\"final_loss\": null", "\"quality\": null"}));
  CHECK(std::isnan(back.final_loss));
  CHECK(std::isnan(back.quality));
}

TEST_CASE("to_json: texts that are not UTF-8 cost a letter, not the report") {
  MemberRecord member = example_member();
  member.host = "caf\xe9";

  CHECK(member_from_json(to_json(member), "member.json").host == "caf\xef\xbf\xbd");
}

TEST_CASE("member_from_json: a key it does not know is left to newer versions") {
  std::string const text = changed(to_json(example_member()), "{", "{\"newer\": [1, 2],");

  check_equal(member_from_json(text, "member.json"), example_member());
}

TEST_CASE("member_from_json: every key is needed, and messages name it and the file") {
  for (std::string const key : {"job",
                                "samples",
                                "distinct_samples",
                                "samples_processed",
                                "epochs",
                                "final_loss",
                                "quality",
                                "out_of_bag_quality",
                                "seconds",
                                "preparation_seconds",
                                "evaluation_seconds",
                                "started_unix",
                                "finished_unix",
                                "run",
                                "settings",
                                "stopped",
                                "out_of_bag_samples",
                                "ensemble_size",
                                "batch",
                                "micro_batch",
                                "augmentation",
                                "seed",
                                "quick",
                                "parallelism_degree",
                                "threads",
                                "host",
                                "devices",
                                "reductions",
                                "transport",
                                "buckets",
                                "wire_bytes_per_step",
                                "hidden_seconds",
                                "exposed_seconds"}) {
    std::string const quoted = '"' + key + '"';
    std::string const message =
        message_of(changed(to_json(example_member()), quoted + ':', "\"another\":"));

    CHECK_MESSAGE(has(message, {"member.json", quoted, "missing"}), key, ": ", message);
  }
}

TEST_CASE("member_from_json: values of another type or range are errors that show them") {
  std::string const text = to_json(example_member());

  CHECK(has(message_of(changed(text, "\"job\": 1", "\"job\": -1")), {"member.json", "job", "-1"}));
  CHECK(has(message_of(changed(text, "\"job\": 1", "\"job\": 4294967296")),
            {"member.json", "job", "4294967296"}));
  CHECK(has(message_of(changed(text, "\"job\": 1", "\"job\": 1.5")), {"job", "1.5"}));
  CHECK(has(message_of(changed(text, "60123", "18446744073709551615")),
            {"samples", "18446744073709551615"}));
  CHECK(has(message_of(changed(text, "60123", "\"many\"")), {"samples", "\"many\""}));
  CHECK(has(message_of(changed(text, "60123", "null")), {"samples", "null"}));
  CHECK(has(message_of(changed(text, "37945", "60124")), {"distinct_samples", "60123", "60124"}));
  CHECK(has(message_of(changed(text, "\"threads\": 4", "\"threads\": 0")), {"threads", "is 0"}));
  CHECK(has(message_of(changed(text, "0.9101", "true")), {"quality", "true"}));
  CHECK(has(message_of(changed(text, "0.9101", "1e999")), {"member.json", "1e999"}));
  CHECK(has(message_of(changed(text, "\"quick\": true", "\"quick\": 1")), {"quick", "is 1"}));
  CHECK(has(message_of(changed(text, "\"n1\"", "[1]")), {"host", "[1]"}));
}

TEST_CASE("member_from_json: a text cut off anywhere is an error that names the file") {
  std::string const text = to_json(example_member());

  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    std::string const message = message_of(text.substr(0, length));
    CHECK_MESSAGE(has(message, {"member.json"}), length);
  }
  CHECK(message_of(text) == "");
}

TEST_CASE("member_from_json: what is no object is an error") {
  CHECK(has(message_of("[]"), {"member.json", "object"}));
  CHECK(has(message_of("3"), {"member.json", "object"}));
  CHECK(has(message_of(to_json(example_member()) + "x"), {"member.json", "JSON"}));
  CHECK(has(message_of(std::string(100000, '[')), {"member.json", "JSON"}));
}

TEST_CASE("to_json: a report has the values below the names that users rely on") {
  std::string const text = to_json(example_report());

  CHECK(has(text,
            {"\"version\": \"0.1.0\"", "\"sampler\": \"poisson_bootstrap\"",
             "\"parallel_mode\": \"data\"", "\"compute\": \"float32\"", "\"message\": \"bfloat16\"",
             "\"ensemble_size\": 2", "\"members_kept\": 2", "\"scale\": 4", "\"micro_batch\": 64",
             "\"augmentation\": \"crop and mirror (padding 4)\"", "\"seed\": 18446744073709551615",
             "\"flops\": 516875000000000.0", "\"training_flops_per_sample\": 22983942144",
             "\"target\": 0.763", "\"mean_member_quality\": 0.750625", "\"cores\": 64",
             "\"host_cores\": 128", "\"name\": \"oneDNN\"", "\"passed\": false"}));
  CHECK(text.back() == '\n');
}

TEST_CASE("to_json: a report has what reductions cost") {
  CHECK(has(to_json(example_report()),
            {"\"reductions\": {\n    \"transport\": \"shared memory\",\n    \"buckets\": 21,\n"
             "    \"wire_bytes_per_step\": 102440612,\n    \"hidden_seconds\": 1.75,\n"
             "    \"exposed_seconds\": 0.5\n  }"}));
}

TEST_CASE("to_json: a quick report has no verdict") {
  Report report = example_report();
  report.quick = true;
  report.passed = true;

  std::string const text = to_json(report);

  CHECK(has(text, {"\"quick\": true,\n  \"samples_per_second\""}));
  CHECK_FALSE(has(text, {"\"passed\""}));
}
