// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/normalization_data_gradient.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

namespace {

// One channel, four pixels of mean 3, variance 3.5 and epsilon 0.5: 1 / deviation is 1/2, scale 2
// makes the factor 1, and x is normalized to -2, -1, 0, 3.
std::vector<float> data_gradient(float dscale, float dshift, bool relu) {
  std::vector<float> const x{1, 2, 3, 6}, dy{1, 2, 0, 1};
  float const statistics[]{3, 3.5f}, scale[]{2};
  std::vector<float> dx(4);
  ChannelTiles const tiles = channel_tiles(4, 1, 1);
  devices::Host().for_each_block(
      tiles.blocks(),
      NormalizationGradientTile<float, 1>{.dy = dy.data(),
                                          .x = x.data(),
                                          .dscale = &dscale,
                                          .dshift = &dshift,
                                          .dx = dx.data(),
                                          .parameters = {statistics, scale, nullptr, 0.5f},
                                          .tiles = tiles,
                                          .relu = relu});
  return dx;
}

}  // namespace

// dy - 4 / 4 - (x - 3) (-0.5) / (4 x 2)
TEST_CASE("NormalizationGradientTile: dy less its mean and its part along x") {
  CHECK(data_gradient(-0.5f, 4, false) == std::vector<float>{-0.125f, 0.9375f, -1, 0.1875f});
}

// Only the last dy is let through: 0, 0, 0, 1, less 1 / 4 and (x - 3) 1.5 / (4 x 2).
TEST_CASE(
    "NormalizationGradientTile: behind a relu, dy is 0 where x, normalized, is not positive") {
  CHECK(data_gradient(1.5f, 1, true) == std::vector<float>{0.125f, -0.0625f, -0.25f, 0.1875f});
}
