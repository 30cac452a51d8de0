// SPDX-License-Identifier: Apache-2.0
/// @file How blocks of threads share a value in Layout::channels_last: it is a matrix of pixels (n
/// h w) and channels, of which a block has a group of channels in a range of pixels.
#pragma once

#include <algorithm>

#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/range.hpp>

namespace ai500::kernels::functors {

/// Each thread has `lanes` channels that stand together in every rows()-th pixel of its range:
/// threads side by side read 128 bytes that stand together.
struct ChannelTiles {
  static constexpr int threads = 256;

  Count pixels;
  Count channels;
  int vectors;   ///< threads side by side; a power of 2
  Count groups;  ///< of `vectors` x lanes channels
  Count ranges;  ///< of pixels; none is empty

  constexpr Count blocks() const { return groups * ranges; }
  constexpr int rows() const { return threads / vectors; }

  constexpr Count range(Count block) const { return block / groups; }
  constexpr Range pixels_of(Count range) const {
    return {pixels * range / ranges, pixels * (range + 1) / ranges};
  }
  /// The first channel of a thread; it may be past the last one.
  constexpr Count channel(Count block, int thread, int lanes) const {
    return (block % groups * vectors + thread % vectors) * lanes;
  }
  constexpr int row(int thread) const { return thread / vectors; }
  /// The first channel of a thread in its block's group.
  constexpr int column(int thread, int lanes) const { return thread % vectors * lanes; }

  static constexpr int most_channels = 64;  ///< of a group
};

/// For numbers that are moved `lanes` at a time, as many blocks as an H100 takes in two goes, but
/// at least `least_pixels` pixels a thread. The same on every GPU, so that sums have the same
/// order.
constexpr ChannelTiles channel_tiles(Count pixels, Count channels, int lanes) {
  constexpr Count blocks_wanted = 1056;
  constexpr Count least_pixels = 4;
  int const most_vectors = lanes == 1 ? 32 : 8;
  int vectors = 1;
  while (vectors < most_vectors && vectors * lanes < channels) vectors *= 2;
  Count const group = static_cast<Count>(vectors) * lanes;
  Count const groups = (channels + group - 1) / group;
  Count const rows = ChannelTiles::threads / vectors;
  Count const most_ranges = std::max<Count>(pixels / (rows * least_pixels), 1);
  Count const ranges = std::clamp<Count>(blocks_wanted / groups, 1, most_ranges);
  return {pixels, channels, vectors, groups, ranges};
}

}  // namespace ai500::kernels::functors
