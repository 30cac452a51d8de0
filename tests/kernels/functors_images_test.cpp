// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/images.hpp>
//
#include <doctest/doctest.h>

#include <vector>

using namespace ai500;
using namespace ai500::kernels;

namespace {

constexpr Extent extent{2, 3};

/// The pixels of a picture of 2 x 3 that a crop has, row by row.
std::vector<Count> pixels(functors::Crop crop) {
  std::vector<Count> all;
  for (Count row = 0; row < extent.height; ++row)
    for (Count column = 0; column < extent.width; ++column)
      all.push_back(functors::pixel_of_picture(crop, extent, row, column));
  return all;
}

}  // namespace

TEST_CASE("functors::pixel_of_picture: by hand, corners and mirrored") {
  CHECK(pixels({}) == std::vector<Count>{0, 1, 2, 3, 4, 5});
  CHECK(pixels({.mirrored = 1}) == std::vector<Count>{2, 1, 0, 5, 4, 3});
  CHECK(pixels({.top = -1, .left = -1}) == std::vector<Count>{-1, -1, -1, -1, 0, 1});
  CHECK(pixels({.top = 1, .left = 1}) == std::vector<Count>{4, 5, -1, -1, -1, -1});
  CHECK(pixels({.top = 1, .left = -2}) == std::vector<Count>{-1, -1, 3, -1, -1, -1});
  // Cut out first, then mirrored: the padding changes sides.
  CHECK(pixels({.top = -1, .left = 1, .mirrored = 1}) == std::vector<Count>{-1, -1, -1, -1, 2, 1});
}

TEST_CASE_TEMPLATE("functors::LookedUpCrops: each item by its crop, each channel by its table", T,
                   float, half) {
  // Two pictures of two channels: of a channel the six pixels are 0 ... 5 more than its first.
  std::vector<std::uint8_t> bytes;
  for (int const first : {10, 20, 30, 40})
    for (int i = 0; i < 6; ++i) bytes.push_back(static_cast<std::uint8_t>(first + i));
  std::vector<T> table(512);
  for (std::size_t i = 0; i < 256; ++i) {
    table[i] = T(static_cast<float>(i));
    table[256 + i] = T(-2 * static_cast<float>(i));
  }
  std::vector<functors::Crop> const crops{{.top = -1, .left = -1}, {.left = 1, .mirrored = 1}};
  std::vector<T> images(24, T(99.0f));
  functors::LookedUpCrops<T> const f{.bytes = bytes.data(),
                                     .table = table.data(),
                                     .crops = crops.data(),
                                     .images = images.data(),
                                     .extent = extent,
                                     .channels = 2};

  for (Count i = 0; i < 24; ++i) f(i);

  CHECK(std::vector<float>(images.begin(), images.end()) ==
        std::vector<float>{0, 0,  0,  0, 10, 11, 0, 0,   0,   0, -40, -42,
                           0, 32, 31, 0, 35, 34, 0, -84, -82, 0, -90, -88});
}
