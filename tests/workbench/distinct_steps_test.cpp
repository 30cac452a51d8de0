// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/graph/lower.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/distinct_steps.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;
using workbench::distinct_steps;

namespace {

Program resnet50_v15(Count batch) {
  return lower_training(workloads::with_cross_entropy(models::resnet50_v15(224), 0), batch, batch);
}

template <class Operation>
Count all(std::vector<workbench::DistinctStep<Operation>> const& steps) {
  Count times = 0;
  for (auto const& step : steps) times += step.times;
  return times;
}

}  // namespace

// By hand, from He et al. 2016, table 1, with the stride in the 3x3. The stem: 1. Stage 1: 1x1 of
// 64 to 64; 3x3; 64 to 256, also the projection; 256 to 64. Each later stage: 1x1 before the
// stride, 3x3 with it, 1x1 to four times the channels, the projection, 1x1 from them, 3x3: 1 + 4 +
// 3 x 6.
TEST_CASE("distinct_steps: the 53 forward convolutions of ResNet-50 v1.5 are 23") {
  auto const steps = distinct_steps<steps::Convolution>(resnet50_v15(8));

  CHECK(steps.size() == 23);
  CHECK(all(steps) == 53);
}

TEST_CASE("distinct_steps: counts how often each occurs, in the order of the first") {
  auto const steps = distinct_steps<steps::Convolution>(resnet50_v15(8));
  std::vector<Count> times;
  for (auto const& step : steps) times.push_back(step.times);

  // 3, 4, 6, 3 blocks: a stage's last 1x1 once a block (in stage 1 also as the projection), its
  // first 1x1 and its 3x3 once a block but the first.
  CHECK(times ==
        std::vector<Count>{1, 1, 3, 4, 2, 1, 1, 4, 1, 3, 3, 1, 1, 6, 1, 5, 5, 1, 1, 3, 1, 2, 2});
  CHECK(steps[3].what.window == square(1));
  CHECK(steps[3].shapes.reads[0] == Shape{8, 64, 56, 56});
  CHECK(steps[3].shapes.reads[1] == Shape{256, 64, 1, 1});
  CHECK(steps[3].shapes.writes[0] == Shape{8, 256, 56, 56});
}

TEST_CASE("distinct_steps: nobody needs the data gradient of the first convolution") {
  Program const program = resnet50_v15(1);

  CHECK(distinct_steps<steps::ConvolutionDataGradient>(program).size() == 22);
  CHECK(all(distinct_steps<steps::ConvolutionDataGradient>(program)) == 52);
  CHECK(distinct_steps<steps::ConvolutionFilterGradient>(program).size() == 23);
  CHECK(all(distinct_steps<steps::ConvolutionFilterGradient>(program)) == 53);
  CHECK(distinct_steps<steps::FullyConnected>(program).size() == 1);
  CHECK(distinct_steps<steps::Reorder>(program).empty());
}

TEST_CASE("distinct_steps: equal shapes with another stride or padding are two") {
  Graph graph;
  ValueIndex const x = graph.input("image", {1, 4, 9, 9});
  ValueIndex const a = graph.convolution(x, 4, square(1));
  ValueIndex const b = graph.convolution(a, 4, square(3, 1, 1));
  ValueIndex const c = graph.convolution(b, 4, square(1));
  graph.fully_connected(graph.convolution(c, 4, square(3, 2, 1), 2), 2);
  Program const program = lower_training(workloads::with_cross_entropy(graph, 0), 1, 1);

  auto const steps = distinct_steps<steps::Convolution>(program);

  REQUIRE(steps.size() == 3);
  CHECK(steps[0].times == 2);
  CHECK(steps[2].what.groups == 2);
}

TEST_CASE("distinct_steps: layouts make no difference") {
  Program program = resnet50_v15(1);
  for (Step& step : program.steps)
    if (step.name == Name("convolution0")) step.layouts = {{}, {Layout::channels_16}};

  auto const steps = distinct_steps<steps::Convolution>(program);

  CHECK(steps.size() == 23);
  CHECK(steps[0].shapes.layouts == StepLayouts{});
}

TEST_CASE("compulsory_bytes: every value once, in the numbers of its role") {
  Shape const x{2, 6, 5, 5}, weight{4, 6, 3, 3}, y{2, 4, 5, 5};
  workbench::DistinctStep<steps::Convolution> const step{
      .what = {square(3, 1, 1)},
      .shapes = {{x, weight}, {y}},
      .roles = {{NumberRole::compute, NumberRole::accumulate}, {NumberRole::compute}}};

  CHECK(workbench::compulsory_bytes(step, {{4, 4, 4}}) == 4 * (2 * 150 + 4 * 54 + 2 * 100));
  CHECK(workbench::compulsory_bytes(step, {{2, 4, 4}}) == 2 * (2 * 150 + 2 * 100) + 4 * 4 * 54);
}
