// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/planned_program.hpp>
//
#include <doctest/doctest.h>

#include <string>

#include "devices.hpp"

using namespace ai500;
using namespace ai500::kernels::cudnn;
using Outcome = PlannedPlace::Outcome;

namespace {

std::vector<PlannedPlace> plan_resnet50(std::string const& device,
                                        PlanOptions const& options = {}) {
  Planner planner(test::device(device), options);
  auto planned = plan_program(planner, test::resnet50_step(), Arithmetic::fp16);
  MESSAGE(planner.target().name(), "\n", describe(planned));
  return planned;
}

}  // namespace

TEST_CASE(
    "plan_program: all 158 fused patterns of ResNet-50's step have a plan for H200 and A100") {
  for (std::string const device : {"h200", "a100"}) {
    CAPTURE(device);
    auto const planned = plan_resnet50(device);

    CHECK(planned.size() == 53 + 53 + 52);
    CHECK(count(planned, Outcome::planned) == 158);
  }
}

TEST_CASE("plan_program: at least 94 have one for B200, the others a fall-back that has a plan") {
  auto const planned = plan_resnet50("b200");

  CHECK(planned.size() == 158);
  CHECK(count(planned, Outcome::planned) >= 94);
  CHECK(count(planned, Outcome::nothing) == 0);
  for (PlannedPlace const& one : planned) {
    if (one.outcome != Outcome::fall_back) continue;
    CHECK(!one.fused.reason.empty());
    CHECK(one.plain);
    CHECK(!fallback(one.place.pattern.kind).own.empty());
  }
}

TEST_CASE("plan_program: nothing is fused for a T4, and everything has a plan") {
  auto const planned = plan_resnet50("t4");

  CHECK(count(planned, Outcome::nothing) == 0);
  for (PlannedPlace const& one : planned)
    CHECK((one.outcome == Outcome::planned) == is_plain(one.place.pattern.kind));
}

TEST_CASE("find_plan: every convolution of ResNet-50, in all directions, for each type and GPU") {
  Program const step = test::resnet50_step();
  for (std::string const device : {"t4", "a100", "h200", "b200"})
    for (Arithmetic arithmetic : all_arithmetics) {
      // Turing has no BF16: cuDNN offers nothing there (docs/limitations.md).
      bool const exists = device != "t4" || arithmetic != Arithmetic::bf16;
      Planner planner(test::device(device));
      for (Place const& place : places(step, arithmetic)) {
        Pattern pattern = place.pattern;
        pattern.kind = fallback(pattern.kind).plain;
        CAPTURE(device);
        CAPTURE(name(pattern.kind));
        CAPTURE(describe(pattern));

        PlanSearch const& search = planner.find(pattern);

        CHECK(static_cast<bool>(search) == exists);
        CHECK(search.reason.empty() == exists);
      }
    }
}

TEST_CASE("Planner: plans a pattern once, and its results stay where they are") {
  Planner planner(test::device("h200"));
  Pattern first{.x = {8, 8, 8, 8}, .weight = {8, 8, 1, 1}, .y = {8, 8, 8, 8}, .window = square(1)};
  Pattern second = first;
  second.kind = PatternKind::data_gradient;

  PlanSearch const* const found = &planner.find(first);
  planner.find(second);

  CHECK(&planner.find(first) == found);
  CHECK(&planner.find(second) != found);
}

TEST_CASE("describe: counts patterns and says what falls back to what, and why") {
  Pattern const pattern{.kind = PatternKind::convolution_statistics};
  PlannedPlace const planned{.outcome = Outcome::planned,
                             .fused = {.plans = {{.workspace = 7'000'000}}}};
  PlannedPlace const fallen{.place = {.pattern = pattern},
                            .outcome = Outcome::fall_back,
                            .fused = {.reason = "no engine"},
                            .plain = {.plans = {{.workspace = 9'000'000}}}};

  std::string const text = describe({planned, fallen, fallen});

  CHECK(text.find("convolution + statistics                                "
                  "2        0          2        0             9\n") != std::string::npos);
  CHECK(text.find("all                                                     "
                  "3        1          2        0             9\n") != std::string::npos);
  CHECK(text.find("2 x convolution + statistics -> convolution and our own normalization "
                  "statistics, for no engine\n") != std::string::npos);
}
