// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/images.hpp>
//
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <vector>

using namespace ai500;
using namespace ai500::kernels;

namespace {

// A picture of 2 x 3 pixels and two channels: 10 row + column, and 100 more.
std::vector<std::uint8_t> const picture{0, 100, 1, 101, 2, 102, 10, 110, 11, 111, 12, 112};

template <class T>
std::vector<float> normalized(functors::Crop crop, Extent out, functors::ImageStrides strides) {
  std::vector<T> image(static_cast<std::size_t>(2 * out.height * out.width), T(-1));
  functors::NormalizedImages<T> const f{.pictures = picture.data(),
                                        .crops = &crop,
                                        .images = image.data(),
                                        .channels = 2,
                                        .in = {2, 3},
                                        .out = out,
                                        .strides = strides,
                                        .factor = {1, 0.5f},
                                        .offset = {1000, 0}};
  for (Count i = 0; i < out.height * out.width; ++i) f(i);
  return {image.begin(), image.end()};
}

}  // namespace

TEST_CASE("functors::DrawnCrops: every place and both sides, keyed by epoch and position") {
  std::uint64_t first = 7 * (std::uint64_t{1} << 32) + 100;
  std::vector<functors::Crop> crops(4000);
  functors::DrawnCrops const draw{.key = {1, 2, purpose::augmentation},
                                  .first = &first,
                                  .crops = crops.data(),
                                  .in = {32, 30},
                                  .out = {32, 28},
                                  .padding = 2};
  for (Count item = 0; item < 4000; ++item) draw(item);

  std::vector<int> tops(5), lefts(7), mirrored(2);  // -2 ... 2 and -2 ... 4
  for (functors::Crop const& crop : crops) {
    REQUIRE((crop.top >= -2 && crop.top <= 2 && crop.left >= -2 && crop.left <= 4));
    ++tops[static_cast<std::size_t>(crop.top + 2)];
    ++lefts[static_cast<std::size_t>(crop.left + 2)];
    ++mirrored[static_cast<std::size_t>(crop.mirrored)];
  }
  // Within 5 deviations of what is expected: sqrt(4000 p (1 - p)).
  for (int count : tops) CHECK(std::abs(count - 800) < 127);
  for (int count : lefts) CHECK(std::abs(count - 4000 / 7) < 111);
  for (int count : mirrored) CHECK(std::abs(count - 2000) < 159);

  // Another rank that begins with position 150 draws the same crop for it.
  functors::Crop const expected = crops[50];
  first += 50;
  draw(0);
  CHECK(crops[0].top == expected.top);
  CHECK(crops[0].left == expected.left);
  CHECK(crops[0].mirrored == expected.mirrored);
}

TEST_CASE("functors::NormalizedImages: floats are taken as bytes are") {
  std::vector<float> const floats(picture.begin(), picture.end());
  functors::Crop const crop{-1, 1, 1};
  std::vector<half> of_bytes(12), of_floats(12);
  functors::NormalizedImages<half> const bytes{.pictures = picture.data(),
                                               .crops = &crop,
                                               .images = of_bytes.data(),
                                               .channels = 2,
                                               .in = {2, 3},
                                               .out = {2, 3},
                                               .strides = functors::channels_last(2, {2, 3}),
                                               .factor = {0.1f, 0.5f},
                                               .offset = {-3, 7}};
  functors::NormalizedImages<half, float> const same{.pictures = floats.data(),
                                                     .crops = &crop,
                                                     .images = of_floats.data(),
                                                     .channels = 2,
                                                     .in = {2, 3},
                                                     .out = {2, 3},
                                                     .strides = bytes.strides,
                                                     .factor = {0.1f, 0.5f},
                                                     .offset = {-3, 7}};

  for (Count i = 0; i < 6; ++i) bytes(i), same(i);

  for (std::size_t i = 0; i < 12; ++i) CHECK(of_floats[i].bits() == of_bytes[i].bits());
}

TEST_CASE("functors::NormalizedImages: a whole picture, channel by channel or last") {
  Extent const all{2, 3};
  CHECK(normalized<float>({}, all, functors::channels_first(2, all)) ==
        std::vector<float>{1000, 1001, 1002, 1010, 1011, 1012, 50, 50.5f, 51, 55, 55.5f, 56});
  CHECK(normalized<half>({}, all, functors::channels_last(2, all)) ==
        std::vector<float>{1000, 50, 1001, 50.5f, 1002, 51, 1010, 55, 1011, 55.5f, 1012, 56});
}

TEST_CASE("functors::NormalizedImages: a crop, mirrored, and one that reaches over the edge") {
  Extent const two{2, 2};
  auto const first = functors::channels_first(2, two);
  CHECK(normalized<float>({.left = 1}, two, first) ==
        std::vector<float>{1001, 1002, 1011, 1012, 50.5f, 51, 55.5f, 56});
  CHECK(normalized<float>({.left = 1, .mirrored = 1}, two, first) ==
        std::vector<float>{1002, 1001, 1012, 1011, 51, 50.5f, 56, 55.5f});
  CHECK(normalized<float>({.top = -1, .left = 2}, two, first) ==
        std::vector<float>{0, 0, 1002, 0, 0, 0, 51, 0});
  CHECK(normalized<float>({.top = 1, .left = -1}, two, first) ==
        std::vector<float>{0, 1010, 0, 0, 0, 55, 0, 0});
}
