// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/graph/flops.hpp>
#include <ai500/models/resnet.hpp>

using namespace ai500;

// The numbers of ResNet-50 follow from Table 3's rules and were recomputed independently of this
// code; the paper's own 11,776 GFLOP for a batch of 512 are 23.0 GFLOP an image.
static_assert(flops(models::resnet50(224)).forward == 7'739'990'016);
static_assert(flops(models::resnet50(224)).training == 22'983'942'144);
static_assert(flops(models::resnet50_v15(224)).forward == 8'203'465'728);
static_assert(flops(models::resnet50_v15(224)).training == 24'374'369'280);
static_assert(flops(models::resnet50(224), flop_rules::MultiplyAddIsTwo{}).forward ==
              7'742'038'016);

TEST_CASE("flops: ResNet-50 v1 has the golden number of each row of Table 3") {
  FlopCount const count = flops(models::resnet50(224));

  CHECK(count[OperatorKind::convolution].operations == 53);
  CHECK(count[OperatorKind::convolution].forward == 7'711'850'496);
  CHECK(count[OperatorKind::fully_connected].forward == 2'048'000);
  CHECK(count[OperatorKind::element_wise].operations == 65);
  CHECK(count[OperatorKind::element_wise].forward == 14'601'216);
  CHECK(count[OperatorKind::pooling].forward == 903'168);
  CHECK(count[OperatorKind::normalization].operations == 53);
  CHECK(count[OperatorKind::normalization].forward == 10'587'136);
}

TEST_CASE("flops: ResNet-50 v1.5 has the golden number of each row of Table 3") {
  FlopCount const count = flops(models::resnet50_v15(224));

  CHECK(count[OperatorKind::convolution].forward == 8'174'272'512);
  CHECK(count[OperatorKind::fully_connected].forward == 2'048'000);
  CHECK(count[OperatorKind::element_wise].forward == 15'128'064);
  CHECK(count[OperatorKind::pooling].forward == 903'168);
  CHECK(count[OperatorKind::normalization].forward == 11'113'984);
}

TEST_CASE("flops: sizes known when the program runs give the compile-time numbers") {
  Count volatile size = 224;

  CHECK(flops(models::resnet50(size)).training == 22'983'942'144);
}

TEST_CASE("flops: training is three times forward less the first convolution's data gradient") {
  FlopCount const count = flops(models::resnet50(224));
  Count const first_convolution = 2 * 7 * 7 * 3 * 64 * 112 * 112;

  CHECK(first_convolution == 236'027'904);
  CHECK(count.training == 3 * count.forward - first_convolution);
}

TEST_CASE("flops: group and depth-wise convolutions have rows of their own") {
  Graph graph;
  ValueIndex x = graph.input("image", {.channels = 8, .height = 10, .width = 12});
  x = graph.convolution(x, 16, square(3, 1, 1), 4);   // 2 * 9 * 8 * 120 * 16 / 4
  x = graph.convolution(x, 16, square(3, 2, 1), 16);  // 2 * 9 * 16 * 30
  x = graph.convolution(x, 16, square(1), 8);

  FlopCount const count = flops(graph);

  CHECK(count[OperatorKind::group_convolution].forward ==
        2 * 9 * 8 * 120 * 16 / 4 + 2 * 16 * 30 * 16 / 8);
  CHECK(count[OperatorKind::depthwise_convolution].forward == 2 * 9 * 16 * 30);
  CHECK(count[OperatorKind::convolution].operations == 0);
}

TEST_CASE("flops: K^2 of a rectangular window is height times width") {
  Graph graph;
  ValueIndex const x = graph.input("image", {.channels = 2, .height = 7, .width = 9});
  graph.convolution(x, 5, {.kernel = {1, 7}, .padding = {0, 3}});

  CHECK(flops(graph).forward == 2 * 7 * 2 * 7 * 9 * 5);
}

TEST_CASE("flops: the two rule sets differ in the fully-connected layer only") {
  Graph const graph = models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10);
  FlopCount const three = flops(graph);
  FlopCount const two = flops(graph, flop_rules::MultiplyAddIsTwo{});

  for (std::size_t kind = 0; kind < operator_kinds; ++kind) {
    bool const fully_connected = kind == static_cast<std::size_t>(OperatorKind::fully_connected);
    CHECK(two.kinds[kind].forward == (fully_connected ? 2 : 1) * three.kinds[kind].forward);
  }
  CHECK(three[OperatorKind::fully_connected].forward == 64 * 10);
}

TEST_CASE("flops: the loss counts nothing") {
  Graph graph = models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10);
  Count const before = flops(graph).training;
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits), 0.1);

  CHECK(flops(graph).training == before);
}
