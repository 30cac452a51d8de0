// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/graph/flops.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/distinct_steps.hpp>
#include <ai500/workbench/work.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;
using namespace ai500::workbench;

namespace {

template <class Operation>
double all_work(Program const& program) {
  double sum = 0;
  for (auto const& step : distinct_steps<Operation>(program))
    sum += static_cast<double>(step.times) * work(step.what, step.shapes).amount;
  return sum;
}

}  // namespace

TEST_CASE("work: a convolution's is two FLOPs a multiply-add, forward and for each gradient") {
  Shape const x{2, 6, 5, 5}, weight{4, 3, 3, 3}, y{2, 4, 5, 5};
  double const by_hand = 2.0 * (2 * 4 * 25) * (3 * 9);

  CHECK(work(steps::Convolution{square(3, 1, 1), 2}, {{x, weight}, {y}}).amount == by_hand);
  CHECK(work(steps::ConvolutionDataGradient{square(3, 1, 1), 2}, {{y, weight}, {x}}).amount ==
        by_hand);
  CHECK(work(steps::ConvolutionFilterGradient{square(3, 1, 1), 2}, {{x, y}, {weight}}).amount ==
        by_hand);
}

TEST_CASE("work: the convolutions of a training step are those that Table 3 counts") {
  Graph const graph = workloads::with_cross_entropy(models::resnet50(224), 0);
  Program const program = lower_training(graph, 4, 4);

  double const sum = all_work<steps::Convolution>(program) +
                     all_work<steps::ConvolutionDataGradient>(program) +
                     all_work<steps::ConvolutionFilterGradient>(program);

  CHECK(sum == 4.0 * static_cast<double>(flops(graph)[OperatorKind::convolution].training));
}

TEST_CASE("work: a fully connected layer counts its additions, other steps their bytes") {
  Shape const x{3, 2, 2, 2}, weight{.items = 5, .channels = 8}, bias{.items = 5};
  Shape const y{.items = 3, .channels = 5};

  Work const product = work(steps::FullyConnected{}, {{x, weight, bias}, {y}});
  Work const sum = work(steps::Add{}, {{x, x}, {x}});

  CHECK(product.amount == 2 * 3 * 5 * 8);
  CHECK(product.unit == "GFLOP/s");
  CHECK(sum.amount == 3 * 24 * 4);
  CHECK(sum.unit == "GB/s");
}

TEST_CASE("with_batch: changes the images and leaves what a layer has only once") {
  Shape const x{8, 6, 5, 5}, weight{8, 6, 3, 3}, y{8, 8, 5, 5};
  Shape const x2{2, 6, 5, 5}, y2{2, 8, 5, 5}, bias{.items = 8};
  Window const window = square(3, 1, 1);

  CHECK(with_batch(steps::Convolution{window}, {{x, weight}, {y}}, 2) ==
        Shapes{{x2, weight}, {y2}});
  CHECK(with_batch(steps::ConvolutionDataGradient{window}, {{y, weight}, {x}}, 2) ==
        Shapes{{y2, weight}, {x2}});
  CHECK(with_batch(steps::ConvolutionFilterGradient{window}, {{x, y}, {weight}}, 2) ==
        Shapes{{x2, y2}, {weight}});
  CHECK(with_batch(steps::FullyConnected{}, {{x, weight, bias}, {y}}, 2) ==
        Shapes{{x2, weight, bias}, {y2}});
  CHECK(with_batch(steps::FullyConnectedWeightGradient{}, {{x, y}, {weight, bias}}, 2) ==
        Shapes{{x2, y2}, {weight, bias}});
  CHECK(with_batch(steps::Add{}, {{x, x}, {x}}, 2) == Shapes{{x2, x2}, {x2}});
}

TEST_CASE("shape_text: says what one image's values are, whatever the batch") {
  Shape const x{8, 64, 56, 56}, weight{128, 64, 3, 3}, y{8, 128, 28, 28};

  CHECK(shape_text(steps::Convolution{square(3, 2, 1)}, {{x, weight}, {y}}) ==
        "64x56x56 * 3x3/2 -> 128x28x28");
  CHECK(shape_text(steps::ConvolutionFilterGradient{square(3, 2, 1), 32}, {{x, y}, {weight}}) ==
        "64x56x56 * 3x3/2 -> 128x28x28 in 32 groups");
  CHECK(shape_text(steps::Convolution{{{1, 3}, {1, 2}}}, {{x, weight}, {y}}) ==
        "64x56x56 * 1x3/1x2 -> 128x28x28");
  CHECK(shape_text(steps::FullyConnectedDataGradient{},
                   {{{.items = 8, .channels = 10}, {.items = 10, .channels = 64}},
                    {{.items = 8, .channels = 64}}}) == "64 -> 10");
  CHECK(shape_text(steps::Relu{}, {{x}, {x}}) == "64x56x56 -> 64x56x56");
}
