// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/joined_ranges.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/blocks.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

namespace {

struct Total {
  float sum;
  void merge(Total const& other) { sum += other.sum; }
};

}  // namespace

// 0 + 1 + ... + 19 = 190, and 20 times the channel.
TEST_CASE("JoinedRanges: a value of each channel from those of all ranges") {
  ChannelTiles const tiles{.pixels = 40, .channels = 33, .vectors = 8, .groups = 5, .ranges = 20};
  JoinedRanges<Total> shared;
  std::vector<float> totals(33, -1.0f), expected(33);
  for (std::size_t c = 0; c < 33; ++c) expected[c] = static_cast<float>(20 * c + 190);

  CHECK(shared.blocks(tiles) == 2);
  for (Count block = 0; block < 2; ++block)
    shared.join(
        EmulatedBlock<JoinedRanges<Total>::threads>(block), tiles,
        [](Count range, Count channel) { return Total{static_cast<float>(channel + range)}; },
        [&](Count channel, Total const& all) {
          totals[static_cast<std::size_t>(channel)] = all.sum;
        });

  CHECK(totals == expected);
}
