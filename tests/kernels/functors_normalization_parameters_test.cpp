// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/normalization_parameters.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;
using namespace ai500::kernels::functors;

// One channel of mean 3, variance 15 and epsilon 1: 1 / deviation = 1/4; scale 8 makes the
// factor 2.
TEST_CASE("ChannelParameters: (x - origin) factor + constant is the normalized x") {
  float const statistics[]{3, 15}, scale[]{8}, shift[]{5};
  ChannelParameters const given{statistics, scale, shift, 1}, none{statistics, nullptr, nullptr, 1};

  CHECK(given.inverse_deviation(0, 1) == 0.25f);
  CHECK(given.factor(0, 1) == 2);
  CHECK(given.origin<float>(0) == 3);
  CHECK(given.constant<float>(0, 1) == 5);
  CHECK(given.origin<half>(0) == 0);  // 16-bit numbers: the mean is in the constant, 5 - 3 x 2
  CHECK(given.constant<half>(0, 1) == -1);
  CHECK(normalized(4.0f, 3, 2, 5) == 7);
  CHECK(normalized(half(4.0f), 0, 2, -1) == half(7.0f));
  CHECK(none.factor(0, 1) == 0.25f);
  CHECK(none.constant<float>(0, 1) == 0);
}

TEST_CASE("SharedParameters: has the channels of a block's group in its columns") {
  // 40 channels in vectors of 4 lanes: two groups, of 32 channels and of 8.
  float statistics[80], shift[40];
  for (int c = 0; c < 40; ++c) {
    statistics[c] = 0;
    statistics[40 + c] = 1;
    shift[c] = static_cast<float>(c);
  }
  ChannelTiles const tiles = channel_tiles(4, 40, 4);
  SharedParameters shared;

  REQUIRE(tiles.groups == 2);
  for (int thread = 0; thread < ChannelTiles::threads; ++thread)
    shared.fill<float, 4>({statistics, nullptr, shift, 0}, tiles, 1, thread);

  for (int column = 0; column < 8; ++column) {
    CHECK(static_cast<float>(shared.factor[column]) == 1);
    CHECK(static_cast<float>(shared.constant[column]) == static_cast<float>(32 + column));
  }
}
