// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/planner.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "devices.hpp"
#include "places.hpp"

using namespace ai500;
using namespace ai500::kernels::cudnn;

namespace {

/// Of how many of the largest patterns around ResNet-50's convolutions there is a plan.
struct Planned {
  int fused = 0, fused_without = 0;  ///< patterns with something around the convolution
  int plain = 0, plain_without = 0;
  std::int64_t workspace = 0;  ///< the largest, bytes

  int all() const { return fused + plain; }
};
Planned plan_resnet50(std::string const& device, PlanOptions const& options = {}) {
  Planner planner(test::device(device), options);
  Planned found;
  for (test::Place const& place : test::places(test::resnet50_step(), Arithmetic::fp16)) {
    PlanSearch const& search = planner.find(place.pattern);
    CHECK(search.reason.empty() == static_cast<bool>(search));
    if (search) found.workspace = std::max(found.workspace, search.plans[0].workspace);
    if (is_plain(place.pattern.kind))
      ++(search ? found.plain : found.plain_without);
    else
      ++(search ? found.fused : found.fused_without);
  }
  MESSAGE(planner.target().name(), ": ", found.all(), " of 158, largest workspace ",
          found.workspace / 1'000'000, " MB");
  return found;
}

}  // namespace

TEST_CASE("Planner: all 158 fused patterns of ResNet-50's step have a plan for H200 and A100") {
  for (std::string const device : {"h200", "a100"}) {
    CAPTURE(device);

    CHECK(plan_resnet50(device).all() == 53 + 53 + 52);
  }
}

TEST_CASE("Planner: at least 94 have one for B200, all where bits may vary") {
  CHECK(plan_resnet50("b200").all() >= 94);
  CHECK(plan_resnet50("b200").plain_without == 0);
  CHECK(plan_resnet50("b200", {.repeatability = Repeatability::any}).all() == 158);
}

TEST_CASE("Planner: nothing is fused for a T4, and what is plain has a plan") {
  Planned const t4 = plan_resnet50("t4");

  CHECK(t4.fused == 0);
  CHECK(t4.plain == 27);
  CHECK(t4.plain_without == 0);
}

TEST_CASE("find_plan: every convolution of ResNet-50, in all directions, for each type and GPU") {
  Program const step = test::resnet50_step();
  for (std::string const device : {"t4", "a100", "h200", "b200"})
    for (Arithmetic arithmetic : all_arithmetics) {
      // Turing has no BF16: cuDNN offers nothing there (docs/limitations.md).
      bool const exists = device != "t4" || arithmetic != Arithmetic::bf16;
      Planner planner(test::device(device));
      for (test::Place const& place : test::places(step, arithmetic)) {
        Pattern pattern = place.pattern;
        pattern.kind = plain(pattern.kind);
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

TEST_CASE("Planner: the first of the candidates is what `find` has found before or finds later") {
  Planner planner(test::device("h200")), other(test::device("h200"));
  Pattern const pattern{
      .x = {8, 8, 8, 8}, .weight = {8, 8, 1, 1}, .y = {8, 8, 8, 8}, .window = square(1)};

  std::string const first = planner.find(pattern).plans.at(0).name;
  PlanSearch const& candidates = planner.candidates(pattern);
  PlanSearch const& of_other = other.candidates(pattern);

  CHECK(candidates.plans.size() > 1);
  CHECK(candidates.plans[0].name == first);
  CHECK(other.find(pattern).plans[0].name == first);
  CHECK(&other.find(pattern) == &of_other);
}
