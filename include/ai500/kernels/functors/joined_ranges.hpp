// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/functors/join_rows.hpp>

namespace ai500::kernels::functors {

/// The second stage of sums over pixels: a value of each channel from those of all ranges of a
/// ChannelTiles. What a block of threads shares, which has 32 channels and in each of its eight
/// rows every eighth range.
/// @tparam Value has merge(Value); Value{} is nothing
template <class Value>
struct JoinedRanges {
  static constexpr int threads = 256;
  static constexpr int channels = 32;
  static constexpr int rows = threads / channels;

  Value of[threads];

  static constexpr Count blocks(ChannelTiles const& tiles) {
    return (tiles.channels + channels - 1) / channels;
  }

  /// put(channel, value of all ranges) for the block's channels, of the values take(range,
  /// channel).
  template <class Block, class Take, class Put>
  AI500_HOST_DEVICE void join(Block const& block, ChannelTiles const& tiles, Take const& take,
                              Put const& put) {
    Count const first = block.index() * channels;
    block.for_each_thread([&](int thread) {
      Count const channel = first + thread % channels;
      Value all{};
      if (channel < tiles.channels)
        for (Count range = thread / channels; range < tiles.ranges; range += rows)
          all.merge(take(range, channel));
      of[thread] = all;
    });
    join_rows(block, rows, channels, [&](int thread, int other) { of[thread].merge(of[other]); });
    block.for_each_thread([&](int thread) {
      Count const channel = first + thread;
      if (thread < channels && channel < tiles.channels) put(channel, of[thread]);
    });
  }
};

}  // namespace ai500::kernels::functors
