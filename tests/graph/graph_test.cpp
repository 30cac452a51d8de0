// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/graph.hpp>

using namespace ai500;

TEST_CASE("Name: joins text and numbers, and refuses what is too long") {
  CHECK((Name("convolution") + 12 + ".weight").view() == "convolution12.weight");
  CHECK((Name("x") + 0).view() == "x0");
  CHECK_THROWS_AS(Name(std::string_view("0123456789012345678901234567890123456789012345678")),
                  GraphError);
}

TEST_CASE("window_positions: is the floor formula, by hand") {
  Shape const image{.height = 7, .width = 10};

  CHECK(window_positions(square(3), image) == Extent{5, 8});
  CHECK(window_positions(square(3, 2, 1), image) == Extent{4, 5});
  CHECK(window_positions({.kernel = {7, 1}, .stride = {1, 3}}, image) == Extent{1, 4});
}

TEST_CASE("window_positions: names a window that does not fit") {
  CHECK_THROWS_WITH_AS(
      window_positions(square(5), {.height = 4, .width = 9}),
      doctest::Contains("window 5x5 stride 1x1 padding 0x0 does not fit an input of 1x1x4x9"),
      GraphError);
  CHECK_THROWS_AS(window_positions(square(3, 0), {.height = 4, .width = 9}), GraphError);
  CHECK_THROWS_AS(window_positions(square(2, 1, 2), {.height = 4, .width = 9}), GraphError);
}

TEST_CASE("Graph: infers the shape that each operator makes") {
  Graph graph;
  ValueIndex const image = graph.input("image", {.channels = 3, .height = 32, .width = 20});
  ValueIndex const c = graph.convolution(image, 8, square(3, 2, 1));
  ValueIndex const n = graph.normalization(c);
  ValueIndex const p = graph.max_pooling(graph.relu(graph.add(n, n)), square(2, 2));
  ValueIndex const f = graph.fully_connected(graph.global_average_pooling(p), 10);

  CHECK(graph.shape(c) == Shape{1, 8, 16, 10});
  CHECK(graph.shape(p) == Shape{1, 8, 8, 5});
  CHECK(graph.shape(f) == Shape{1, 10, 1, 1});
  // 3x3 of 3 to 8; scale and shift; 8 to 10 and bias
  CHECK(parameter_elements(graph) == 216 + 16 + 80 + 10);
}

TEST_CASE("Graph: says which shapes do not fit") {
  Graph graph;
  ValueIndex const a = graph.input("a", {.channels = 4, .height = 8, .width = 8});
  ValueIndex const b = graph.input("b", {.channels = 6, .height = 8, .width = 8});

  CHECK_THROWS_WITH_AS(graph.add(a, b), doctest::Contains("1x4x8x8 and 1x6x8x8"), GraphError);
  CHECK_THROWS_WITH_AS(graph.convolution(a, 6, square(1), 4),
                       doctest::Contains("groups must divide"), GraphError);
  CHECK_THROWS_AS(graph.convolution(a, 0, square(1)), GraphError);
  CHECK_THROWS_AS(graph.fully_connected(a, 0), GraphError);
  CHECK_THROWS_AS(graph.softmax_cross_entropy(a, graph.labels(a)), GraphError);
}

TEST_CASE("needs_gradient: an input's never, and nothing in front of the first parameter") {
  Graph graph;
  ValueIndex const image = graph.input("image", {.channels = 2, .height = 8, .width = 8});
  ValueIndex const pooled = graph.max_pooling(image, square(2, 2));
  ValueIndex const y = graph.convolution(pooled, 2, square(1));
  auto const needed = needs_gradient(graph);

  CHECK(needed[static_cast<std::size_t>(image)] == 0);
  CHECK(needed[static_cast<std::size_t>(pooled)] == 0);
  CHECK(needed[static_cast<std::size_t>(y)] == 1);
}

TEST_CASE("describe: prints a graph one line an operation") {
  Graph graph;
  graph.relu(graph.convolution(graph.input("image", {.channels = 2, .height = 8, .width = 8}), 4,
                               square(3)));

  CHECK(describe(graph) ==
        "convolution0                1x4x6x6           image, convolution0.weight\n"
        "relu1                       1x4x6x6           convolution0\n");
}
