// SPDX-License-Identifier: Apache-2.0
#include "places.hpp"
//
#include <doctest/doctest.h>

#include <map>

#include "devices.hpp"

using namespace ai500;
using namespace ai500::test;
using enum PatternKind;

namespace {

std::map<PatternKind, int> count_kinds(Program const& program) {
  std::map<PatternKind, int> counts;
  for (Place const& place : places(program, Arithmetic::fp16)) ++counts[place.pattern.kind];
  return counts;
}

}  // namespace

// 16 blocks of 1x1, 3x3, 1x1; 4 of them with a projection; the stem.
// Forward: the second and third of a block have the block's own normalization and relu before them
// (32); its first and the projections read the block's input (20).
// Data gradients: those of the second and third end in the block's own relu (32); that of the first
// ends in the relu of the block before (15), which had a projection in the first block of a stage
// (4, for each stage has a second block) or not (11). The first block's goes into max pooling,
// those of the four projections are summed by another.
TEST_CASE("places: ResNet-50's 158 are those that one counts by hand") {
  auto const kinds = count_kinds(test::resnet50_step());

  CHECK(kinds == std::map<PatternKind, int>{{convolution, 1},
                                            {convolution_statistics, 16 + 4},
                                            {normalized_convolution_statistics, 2 * 16},
                                            {filter_gradient, 1 + 16 + 4},
                                            {normalized_filter_gradient, 2 * 16},
                                            {data_gradient, 1 + 4},
                                            {data_gradient_normalization, 2 * 16},
                                            {data_gradient_identity_block, 15 - 4},
                                            {data_gradient_projection_block, 4}});
}

TEST_CASE(
    "places: of a basic block network, whose second convolutions alone are normalized before") {
  // Three blocks of 3x3, 3x3; the second and third with a projection; a stem of three channels.
  Graph const graph = models::SmallResNet::graph({.channels = 3, .height = 32, .width = 32}, 10);

  auto const kinds = count_kinds(test::training_step(graph, 4));

  // The stem's relu is read by the first block's convolution and its addition: it stays in memory.
  CHECK(kinds == std::map<PatternKind, int>{{convolution, 1},
                                            {convolution_statistics, 3 + 2},
                                            {normalized_convolution_statistics, 3},
                                            {filter_gradient, 1 + 3 + 2},
                                            {normalized_filter_gradient, 3},
                                            // two projections, and the first block's, whose sum
                                            // goes into a relu without an addition before it
                                            {data_gradient, 2 + 1},
                                            {data_gradient_normalization, 3},
                                            {data_gradient_identity_block, 1},
                                            {data_gradient_projection_block, 1}});
}

TEST_CASE("places: shapes are the forward convolution's, in all three directions") {
  auto const all = places(test::resnet50_step(), Arithmetic::fp16);
  Shape const image{256, 3, 224, 224}, weight{64, 3, 7, 7}, result{256, 64, 112, 112};
  auto is_stem = [&](Place const& place) { return place.pattern.weight == weight; };

  int stems = 0;
  for (Place const& place : all) {
    CHECK(place.pattern.weight.channels == place.pattern.x.channels);
    CHECK(place.pattern.weight.items == place.pattern.y.channels);
    if (!is_stem(place)) continue;
    ++stems;
    CHECK(place.pattern.x == image);
    CHECK(place.pattern.y == result);
  }
  CHECK(stems == 2);  // nobody needs the gradient of the images
}

TEST_CASE("places: a convolution without normalization, or of few channels, is plain") {
  Graph graph;
  ValueIndex x = graph.input("image", {.channels = 8, .height = 8, .width = 8});
  x = graph.relu(graph.convolution(x, 16, square(3, 1, 1)));
  x = graph.relu(graph.normalization(graph.convolution(x, 12, square(3, 1, 1))));
  x = graph.relu(graph.normalization(graph.convolution(x, 16, square(3, 1, 1))));
  graph.fully_connected(graph.global_average_pooling(x), 4);

  auto const kinds = count_kinds(test::training_step(graph, 2));

  CHECK(kinds ==
        std::map<PatternKind, int>{{convolution, 3}, {filter_gradient, 3}, {data_gradient, 2}});
}

TEST_CASE("places: a relu that two convolutions read stays in memory") {
  Graph graph;
  ValueIndex x = graph.input("image", {.channels = 8, .height = 8, .width = 8});
  x = graph.relu(graph.normalization(graph.convolution(x, 16, square(3, 1, 1))));
  ValueIndex const a = graph.normalization(graph.convolution(x, 16, square(3, 1, 1)));
  ValueIndex const b = graph.normalization(graph.convolution(x, 16, square(1)));
  graph.fully_connected(graph.global_average_pooling(graph.relu(graph.add(a, b))), 4);

  auto const kinds = count_kinds(test::training_step(graph, 2));

  CHECK(!kinds.contains(normalized_convolution_statistics));
  CHECK(!kinds.contains(normalized_filter_gradient));
  CHECK(kinds.at(convolution_statistics) == 3);
}
