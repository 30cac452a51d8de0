// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/pack.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/kernels/functors/channel_tiles.hpp>

using namespace ai500;
using namespace ai500::kernels;

TEST_CASE("functors::Pack: 16 bytes are loaded and stored as they are") {
  alignas(16) float const from[4]{1, 2, 3, 4};
  alignas(16) float to[4]{};

  auto pack = functors::Pack<float, 4>::load(from);
  pack[2] = 7;
  pack.store(to);

  CHECK(functors::vector_lanes<half> == 8);
  CHECK(std::vector<float>(to, to + 4) == std::vector<float>{1, 2, 7, 4});
}

TEST_CASE("functors::ChannelTiles: blocks share every pixel of every channel once") {
  for (Count pixels : {1, 3, 100, 5000})
    for (Count channels : {1, 3, 16, 72, 2048})
      for (int lanes : {1, 4, 8}) {
        if (channels % lanes != 0) continue;
        auto const tiles = functors::channel_tiles(pixels, channels, lanes);
        CHECK(tiles.vectors * lanes <= functors::ChannelTiles::most_channels);
        if (pixels * channels > 100000) continue;
        std::vector<int> met(static_cast<std::size_t>(pixels * channels));
        for (Count block = 0; block < tiles.blocks(); ++block) {
          auto const range = tiles.pixels_of(tiles.range(block));
          CHECK(range.begin < range.end);
          for (int thread = 0; thread < functors::ChannelTiles::threads; ++thread)
            for (Count p = range.begin + tiles.row(thread); p < range.end; p += tiles.rows())
              for (int lane = 0; lane < lanes; ++lane)
                if (Count const c = tiles.channel(block, thread, lanes) + lane; c < channels)
                  ++met[static_cast<std::size_t>(p * channels + c)];
        }
        CHECK(met == std::vector<int>(met.size(), 1));
      }
}
