// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/datasets/image_shape.hpp>

using namespace ai500;

TEST_CASE("ImageShape: its elements are channels x height x width, also beyond 32 bits") {
  constexpr ImageShape photograph{.channels = 3, .height = 224, .width = 224};
  constexpr ImageShape climate{.channels = 16, .height = 65536, .width = 65536};

  CHECK(photograph.elements() == 150528);
  CHECK(climate.elements() == 68719476736);
}

TEST_CASE("ImageShape: is equal only in all three extents") {
  constexpr ImageShape shape{.channels = 1, .height = 2, .width = 3};

  CHECK(shape == ImageShape{.channels = 1, .height = 2, .width = 3});
  CHECK(shape != ImageShape{.channels = 1, .height = 3, .width = 2});
}
