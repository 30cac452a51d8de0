// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/images.hpp>
//
#include <doctest/doctest.h>

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
