// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/columns.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::reference::add_columns_to_image;
using kernels::reference::ColumnsGeometry;
using kernels::reference::image_to_columns;
using kernels::reference::positions_inside;

TEST_CASE("positions_inside: exactly the positions whose element is in the row") {
  for (Count offset = -6; offset <= 6; ++offset)
    for (Count stride = 1; stride <= 4; ++stride)
      for (Count size = 1; size <= 6; ++size)
        for (Count positions = 1; positions <= 6; ++positions) {
          auto const [first, last] = positions_inside(offset, stride, size, positions);

          REQUIRE(0 <= first);
          REQUIRE(first <= last);
          REQUIRE(last <= positions);
          for (Count i = 0; i < positions; ++i) {
            bool const inside = i * stride + offset >= 0 && i * stride + offset < size;
            REQUIRE(inside == (i >= first && i < last));
          }
        }
}

TEST_CASE("image_to_columns: the column of a position is what the window sees") {
  ColumnsGeometry const geometry{1, {2, 2}, {.kernel = {2, 2}, .padding = {1, 0}}, {3, 1}};
  Values const image{1, 2, 3, 4};
  Values columns(12, -1);

  image_to_columns(geometry, image.data(), columns.data());

  // positions: above the image, in it, below it; rows: the window's elements
  CHECK(columns == Values{0, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 0});
}

TEST_CASE("add_columns_to_image: is the adjoint of image_to_columns") {
  Random random(1);
  for (int i = 0; i < 50; ++i) {
    auto const c = random_convolution(random);
    ColumnsGeometry const geometry{
        c.x.channels, {c.x.height, c.x.width}, c.window, {c.y.height, c.y.width}};
    Values const image = random.numbers({1, c.x.channels, c.x.height, c.x.width});
    Values const weights = random.numbers({.items = geometry.rows() * geometry.columns()});
    Values columns(weights.size()), back(image.size());

    image_to_columns(geometry, image.data(), columns.data());
    add_columns_to_image(geometry, weights.data(), back.data());

    CHECK(std::abs(dot(columns, weights) - dot(image, back)) <=
          1e-13 * std::sqrt(dot(image, image) * dot(back, back) + 1));
  }
}

TEST_CASE("ColumnsGeometry: only a 1x1 window with stride 1 needs no copy") {
  ColumnsGeometry geometry{3, {4, 4}, square(1), {4, 4}};
  CHECK(geometry.are_the_image());

  geometry.window = square(1, 2);
  CHECK_FALSE(geometry.are_the_image());

  geometry.window = square(3, 1, 1);
  CHECK_FALSE(geometry.are_the_image());
}

}  // namespace ai500::testing
