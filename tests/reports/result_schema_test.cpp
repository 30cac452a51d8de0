// SPDX-License-Identifier: Apache-2.0
/// @file docs/result.schema.json against what to_json writes, judged by Python's jsonschema.
#include <cstdlib>
#include <string>

#include <sys/wait.h>

#include <doctest/doctest.h>

#include <ai500/reports/json.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::example_report;
using ai500::test::OutputFolder;
using ai500::test::write_bytes;

namespace {

/// A Python that has jsonschema; empty if there is none.
std::string find_python() {
  for (std::string const python : {"python3", "/usr/bin/python3"})
    if (std::system((python + " -c 'import jsonschema' >/dev/null 2>&1").c_str()) == 0)
      return python;
  return "";
}

/// Judges texts by the schema.
class Judge {
 public:
  Judge() {
    write_bytes(folder_ / "judge.py",
                "import json, sys, jsonschema\n"
                "schema = json.load(open(sys.argv[1]))\n"
                "jsonschema.Draft7Validator.check_schema(schema)\n"
                "errors = list(jsonschema.Draft7Validator(schema).iter_errors("
                "json.load(open(sys.argv[2]))))\n"
                "for error in errors[:3]: print(error.message, file=sys.stderr)\n"
                "sys.exit(7 if errors else 0)\n");
  }

  bool is_available() const { return !python_.empty(); }

  /// 0: valid, 7: not; others: could not be judged.
  int operator()(std::string const& text) const {
    write_bytes(folder_ / "result.json", text);
    std::string const command = python_ + ' ' + (folder_ / "judge.py") +
                                " '" AI500_SOURCE_DIR "/docs/result.schema.json' " +
                                (folder_ / "result.json");
    int const status = std::system((command + " 2>" + (folder_ / "messages")).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string messages() const { return test::read_bytes(folder_ / "messages"); }

 private:
  OutputFolder folder_;
  std::string python_ = find_python();
};

std::string changed(std::string text, std::string const& from, std::string const& to) {
  std::size_t const place = text.find(from);
  REQUIRE_MESSAGE(place != std::string::npos, from);
  return text.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("result.schema.json: accepts what to_json writes") {
  Judge const judge;
  if (!judge.is_available()) {
    MESSAGE("skipped: no python3 here has jsonschema (Debian: python3-jsonschema)");
    return;
  }
  Report quick = example_report();
  quick.quick = true;
  Report stopped = example_report();
  stopped.members_kept = 0;
  stopped.quality.achieved = stopped.quality.penalty_coefficient = not_measured;
  stopped.mean_member_quality = stopped.valid_flops = not_measured;
  for (MemberRecord& member : stopped.members) {
    member.quality = member.final_loss = not_measured;
    member.stopped = "loss is not finite at epoch 1, step 17";
  }

  for (Report const& report : {example_report(), quick, stopped}) {
    int const verdict = judge(to_json(report));
    CHECK_MESSAGE(verdict == 0, judge.messages());
  }
}

TEST_CASE("result.schema.json: refuses what no run can have measured") {
  Judge const judge;
  if (!judge.is_available()) {
    MESSAGE("skipped: no python3 here has jsonschema (Debian: python3-jsonschema)");
    return;
  }
  std::string const text = to_json(example_report());
  Report quick = example_report();
  quick.quick = true;

  CHECK(judge(changed(text, "\"version\":", "\"unknown\": 1, \"version\":")) == 7);
  CHECK(judge(changed(text, "\"achieved\": 0.7568", "\"achieved\": 75.68")) == 7);
  CHECK(judge(changed(text, "\"quality\": 0.75,", "\"quality\": -0.1,")) == 7);
  CHECK(judge(changed(text, "\"scale\": 4", "\"scale\": 0")) == 7);
  CHECK(judge(changed(text, "\"scale\": 4", "\"scale\": 4.5")) == 7);
  CHECK(judge(changed(text, "\"training_seconds\": 16.0", "\"training_seconds\": -1")) == 7);
  CHECK(judge(changed(text, "\"model\": \"ResNet-50 v1\"", "\"model\": \"\"")) == 7);
  CHECK(judge(changed(text, "\"host\"", "\"guest\"")) == 7);
  CHECK(judge(changed(text, "\"passed\": false,", "")) == 7);
  CHECK(judge(changed(to_json(quick), "\"quick\": true", "\"quick\": true, \"passed\": true")) ==
        7);
}
