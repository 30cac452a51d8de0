// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/graph/flops.hpp>
#include <ai500/models/resnet.hpp>

using namespace ai500;

namespace {
constexpr Shape imagenet{.channels = 3, .height = 224, .width = 224};
}

// torchvision's numbers of parameters; v1 and v1.5 have the same.
static_assert(parameter_elements(models::ResNet18::graph(imagenet, 1000)) == 11'689'512);
static_assert(parameter_elements(models::ResNet50::graph(imagenet, 1000)) == 25'557'032);

TEST_CASE("ResNet: every member of the family has the published number of parameters") {
  CHECK(parameter_elements(models::ResNet34::graph(imagenet, 1000)) == 21'797'672);
  CHECK(parameter_elements(models::ResNet50V15::graph(imagenet, 1000)) == 25'557'032);
  CHECK(parameter_elements(models::ResNet101::graph(imagenet, 1000)) == 44'549'160);
  CHECK(parameter_elements(models::ResNet101V15::graph(imagenet, 1000)) == 44'549'160);
  CHECK(parameter_elements(models::ResNet152::graph(imagenet, 1000)) == 60'192'808);
  CHECK(parameter_elements(models::ResNet152V15::graph(imagenet, 1000)) == 60'192'808);
}

TEST_CASE("ResNet: v1.5 computes more than v1, with the same parameters") {
  CHECK(flops(models::ResNet50V15::graph(imagenet, 1000)).forward >
        flops(models::ResNet50::graph(imagenet, 1000)).forward);
  CHECK(flops(models::ResNet50::graph(imagenet, 1000)).forward ==
        flops(models::resnet50(224)).forward);
  CHECK(flops(models::ResNet50V15::graph(imagenet, 1000)).forward ==
        flops(models::resnet50_v15(224)).forward);
}

TEST_CASE("ResNet-20: has the parameters of the paper's 0.27 M") {
  Graph const graph = models::ResNet20::graph({.channels = 3, .height = 32, .width = 32}, 10);

  // Weights by hand: stem 432; stages 13,824 + 50,688 + 202,752 (with 3x3 only: 6 x 16^2 x 9; 16 x
  // 32 x 9 + 5 x 32^2 x 9; 32 x 64 x 9 + 5 x 64^2 x 9); projections 512 + 2048; classifier 650; 2 x
  // (16 x 7 + 32 x 7 + 64 x 7) normalization.
  CHECK(parameter_elements(graph) == 432 + 13'824 + 50'688 + 202'752 + 512 + 2048 + 650 + 2 * 784);
}

TEST_CASE("SmallResNet: halves a 28 x 28 image to 14, 7 and 4") {
  Graph const graph = models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10);
  std::vector<Count> heights;
  for (Operation const& operation : graph.operations)
    if (std::holds_alternative<operators::Convolution>(operation.what))
      heights.push_back(graph.shape(operation.outputs[0]).height);

  CHECK(heights == std::vector<Count>{14, 14, 14, 7, 7, 7, 4, 4, 4});
  CHECK(graph.shape(graph.operations.back().outputs[0]) == Shape{1, 10, 1, 1});
}
