// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/normalization_parameter_gradient.hpp>
//
#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

namespace {

// One channel, four pixels. By hand: mean 3, variance 3.5; with epsilon 0.5, 1 / deviation is 1/2.
struct Case {
  std::vector<float> x{1, 2, 3, 6}, dy{1, 2, 0, 1}, another_dy{1, 1, 1, 1}, y{1, 0, 5, -1};
  std::vector<float> masked = std::vector<float>(4);
  float statistics[2]{3, 3.5f};
  float scale[1]{2};  // which makes the factor 1: x is normalized to -2, -1, 0, 3
  ChannelTiles tiles = channel_tiles(4, 1, 1);

  NormalizationGradientSums<float, 1> sums(OpenWhere open) {
    return {.dy = dy.data(),
            .x = x.data(),
            .y = y.data(),
            .masked = masked.data(),
            .partial = nullptr,
            .parameters = {statistics, scale, nullptr, 0.5f},
            .tiles = tiles,
            .open = open};
  }
};

std::pair<float, float> gradients(NormalizationGradientSums<float, 1> sums) {
  std::vector<float> partial(static_cast<std::size_t>(2 * sums.tiles.ranges));
  sums.partial = partial.data();
  float dscale = 0, dshift = 0;
  FinishedGradientSums const finished{partial.data(), &dscale, &dshift, sums.tiles};
  devices::Host const host;
  host.for_each_block(sums.tiles.blocks(), sums);
  host.for_each_block(finished.blocks(), finished);
  return {dscale, dshift};
}

}  // namespace

TEST_CASE("NormalizationGradientSums: sum of dy x^ and of dy, where nothing stands behind") {
  Case of;

  // (1 (1 - 3) + 2 (2 - 3) + 1 (6 - 3)) / 2
  CHECK(gradients(of.sums(OpenWhere::everywhere)) == std::pair(-0.5f, 4.0f));
  CHECK(of.masked == of.dy);
}

TEST_CASE("NormalizationGradientSums: where y is positive, of two gradients") {
  Case of;
  auto sums = of.sums(OpenWhere::result_is_positive);

  CHECK(gradients(sums) == std::pair(-1.0f, 1.0f));
  CHECK(of.masked == std::vector<float>{1, 0, 0, 0});
  sums.another_dy = of.another_dy.data();
  CHECK(gradients(sums) == std::pair(-2.0f, 3.0f));
  CHECK(of.masked == std::vector<float>{2, 0, 1, 0});
}

TEST_CASE("NormalizationGradientSums: where x, normalized again, is positive") {
  Case of;

  CHECK(gradients(of.sums(OpenWhere::x_normalized)) == std::pair(1.5f, 1.0f));
  CHECK(of.masked == std::vector<float>{0, 0, 0, 1});
}
