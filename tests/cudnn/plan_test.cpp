// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/plan.hpp>
//
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include <ai500/core/error.hpp>

#include "devices.hpp"

using namespace ai500;
using namespace ai500::kernels;
using cudnn::Arithmetic;
using cudnn::find_plan;
using cudnn::Pattern;
using cudnn::PatternKind;

namespace {

Pattern three_by_three(PatternKind kind, Arithmetic arithmetic) {
  return {kind, {32, 64, 56, 56}, {64, 64, 3, 3}, {32, 64, 56, 56}, square(3, 1, 1), arithmetic};
}

}  // namespace

TEST_CASE("find_plan: several candidates for autotuning, all of them with the same bits") {
  auto const search =
      find_plan(test::device("h200"), three_by_three(PatternKind::convolution, Arithmetic::fp16),
                {.candidates = 5});

  REQUIRE(search);
  CHECK(search.reason.empty());
  CHECK(search.plans.size() == 5);
  for (cudnn::Plan const& plan : search.plans) {
    CHECK(plan.same_bits);
    CHECK(plan.workspace >= 0);
    CHECK(plan.state != nullptr);
  }
  CHECK(search.plans[0].proposal == cudnn::Proposal::mode_a);
}

TEST_CASE("find_plan: candidates have names that tell them apart, the same in every search") {
  auto names = [](std::string const& device, std::size_t candidates) {
    std::vector<std::string> found;
    for (cudnn::Plan const& plan :
         find_plan(test::device(device), three_by_three(PatternKind::convolution, Arithmetic::fp16),
                   {.candidates = candidates})
             .plans)
      found.push_back(plan.name);
    return found;
  };
  std::vector<std::string> const eight = names("h200", 8);

  REQUIRE(eight.size() == 8);
  CHECK(std::set<std::string>(eight.begin(), eight.end()).size() == 8);
  for (std::string const& name : eight) {
    // "engine 62 k2=5 k13=1"
    CHECK_MESSAGE(name.starts_with("engine "), name);
    CHECK_MESSAGE(name.find(" k") != std::string::npos, name);
    CHECK_MESSAGE(name.find(" = ") == std::string::npos, name);  // parts a line of choices
  }
  CHECK(names("h200", 8) == eight);
  CHECK(names("h200", 1) == std::vector(eight.begin(), eight.begin() + 1));
}

TEST_CASE("find_plan: FP32 is not rounded to TF32 by tensor cores, TF32 is") {
  for (PatternKind kind :
       {PatternKind::convolution, PatternKind::data_gradient, PatternKind::filter_gradient}) {
    auto const exact = find_plan(test::device("h200"), three_by_three(kind, Arithmetic::fp32));
    auto const rounded = find_plan(test::device("h200"), three_by_three(kind, Arithmetic::tf32));

    REQUIRE(exact);
    REQUIRE(rounded);
    CHECK(!exact.plans[0].tensor_cores);
    CHECK(rounded.plans[0].tensor_cores);
  }
}

TEST_CASE("find_plan: engines whose bits vary are taken only when they may be") {
  cudnn::Target const b200 = test::device("b200");
  Pattern const pattern = three_by_three(PatternKind::convolution_statistics, Arithmetic::fp16);

  auto const same = find_plan(b200, pattern);
  auto const any = find_plan(b200, pattern, {.repeatability = cudnn::Repeatability::any});

  CHECK(!same);
  CHECK(same.reason.find("its bits vary from run to run") != std::string::npos);
  REQUIRE(any);
  CHECK(!any.plans[0].same_bits);
}

TEST_CASE("find_plan: where there is no engine it says why") {
  auto const statistics_in_bf16 = find_plan(
      test::device("h200"), three_by_three(PatternKind::convolution_statistics, Arithmetic::bf16));
  auto const bf16_on_turing =
      find_plan(test::device("t4"), three_by_three(PatternKind::convolution, Arithmetic::bf16));
  auto const one_channel =
      find_plan(test::device("h200"), {PatternKind::normalized_convolution_statistics,
                                       {1, 1, 5, 5},
                                       {1, 1, 3, 3},
                                       {1, 1, 3, 3},
                                       square(3),
                                       Arithmetic::fp16});

  for (auto const& search : {statistics_in_bf16, bf16_on_turing, one_channel}) {
    CHECK(!search);
    CHECK(!search.reason.empty());
  }
  CHECK(bf16_on_turing.reason == "cuDNN's heuristics offer no engine");
}

TEST_CASE("find_plan: shapes that are no convolution are the caller's mistake") {
  Pattern pattern = three_by_three(PatternKind::convolution, Arithmetic::fp16);
  pattern.y.channels = 65;

  CHECK_THROWS_WITH_AS(find_plan(test::device("h200"), pattern), doctest::Contains("convolution"),
                       GraphError);
}

TEST_CASE("describe: names the engine and what it does") {
  cudnn::Plan const plan{.engine = 62, .tensor_cores = true};

  CHECK(describe(plan) == "engine 62 (mode A; tensor cores)");
}
