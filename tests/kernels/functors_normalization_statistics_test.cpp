// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/normalization_statistics.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

// By hand: 1, 2, 3, 6 has mean 3 and squared deviations 4 + 1 + 0 + 9 = 14.
TEST_CASE("Moments: merged are those of all numbers") {
  Moments ones{0, 0, 0};
  for (float const x : {1.0f, 2.0f, 3.0f, 6.0f}) ones.merge({1, x, 0});
  Moments halves{2, 1.5f, 0.5f};
  halves.merge({2, 4.5f, 4.5f});
  halves.merge({0, 7, 0});  // of no number

  for (Moments const& all : {ones, halves}) {
    CHECK(all.count == 4);
    CHECK(all.mean == doctest::Approx(3));
    CHECK(all.squares == doctest::Approx(14));
  }
}

TEST_CASE_TEMPLATE("ChannelMoments, FinishedMoments: mean and biased variance of each channel", T,
                   float, half, bfloat16) {
  std::vector<T> x;
  for (float const number : {1.0f, 2.0f, 3.0f, 6.0f}) x.insert(x.end(), {T(number), T(10.0f)});
  ChannelTiles const tiles = channel_tiles(4, 2, 1);
  std::vector<float> partial(static_cast<std::size_t>((2 * tiles.ranges + 1) * 2)), statistics(4);
  FinishedMoments const finished{partial.data(), statistics.data(), tiles};

  devices::Host const host;
  host.for_each_block(tiles.blocks(), ChannelMoments<T, 1>{x.data(), partial.data(), tiles});
  host.for_each_block(finished.blocks(), finished);

  CHECK(statistics[0] == doctest::Approx(3));
  CHECK(statistics[1] == 10);
  CHECK(statistics[2] == doctest::Approx(3.5));
  CHECK(statistics[3] == 0);
}
