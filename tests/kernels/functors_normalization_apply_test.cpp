// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/normalization_apply.hpp>
//
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

// One channel of mean 3, variance 15, epsilon 1, scale 8, shift 5: y = 2 (x - 3) + 5.
TEST_CASE_TEMPLATE("NormalizedTile: normalizes, adds and cuts off at 0", T, float, half, bfloat16) {
  float const statistics[]{3, 15}, scale[]{8}, shift[]{5};
  std::vector<T> const x{T(4.0f), T(1.0f), T(-1.0f)}, addend{T(-8.0f), T(1.0f), T(1.0f)};
  auto tile = [&](T const* added, bool relu) {
    std::vector<T> y(3);
    ChannelTiles const tiles = channel_tiles(3, 1, 1);
    devices::Host().for_each_block(tiles.blocks(),
                                   NormalizedTile<T, 1>{.x = x.data(),
                                                        .addend = added,
                                                        .y = y.data(),
                                                        .bits = nullptr,
                                                        .parameters = {statistics, scale, shift, 1},
                                                        .tiles = tiles,
                                                        .relu = relu});
    return std::vector<float>(y.begin(), y.end());
  };

  CHECK(tile(nullptr, false) == std::vector<float>{7, 1, -3});
  CHECK(tile(nullptr, true) == std::vector<float>{7, 1, 0});
  CHECK(tile(addend.data(), false) == std::vector<float>{-1, 2, -2});
  CHECK(tile(addend.data(), true) == std::vector<float>{0, 2, 0});
}

TEST_CASE("NormalizedTile: bit i says whether element i of y is positive") {
  float statistics[16]{};
  for (int c = 8; c < 16; ++c) statistics[c] = 1;
  std::vector<half> x;
  for (float const number : {1.0f, -1.0f, 2.0f, -2.0f, 3.0f, -3.0f, 0.0f, 4.0f})
    x.push_back(half(number));
  // Pack asks for multiples of 16 bytes.
  alignas(16) half aligned[8], y[8];
  for (std::size_t i = 0; i < 8; ++i) aligned[i] = x[i];
  std::uint8_t bits = 0;
  ChannelTiles const tiles = channel_tiles(1, 8, 8);

  devices::Host().for_each_block(
      tiles.blocks(), NormalizedTile<half, 8>{.x = aligned,
                                              .addend = nullptr,
                                              .y = y,
                                              .bits = &bits,
                                              .parameters = {statistics, nullptr, nullptr, 0},
                                              .tiles = tiles,
                                              .relu = true});

  CHECK(bits == 1 + 4 + 16 + 128);
}
