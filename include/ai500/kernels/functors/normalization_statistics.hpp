// SPDX-License-Identifier: Apache-2.0
/// @file The statistics of batch normalization in Layout::channels_last, in two stages: moments of
/// ranges of pixels, then of the ranges, both in a fixed order. T is how activations are stored;
/// all else is float.
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/join_rows.hpp>
#include <ai500/kernels/functors/joined_ranges.hpp>
#include <ai500/kernels/functors/pack.hpp>
#include <ai500/kernels/functors/range.hpp>

namespace ai500::kernels::functors {

/// Numbers' count, mean and sum of squared deviations from it. What is merged loses no digits,
/// however far the mean is from 0 (Chan, Golub, LeVeque 1983).
struct Moments {
  float count;
  float mean;
  float squares;

  AI500_HOST_DEVICE void merge(Moments const& other) {
    float const both = count + other.count;
    if (both == 0) return;
    float const share = other.count / both;
    float const apart = other.mean - mean;
    mean += apart * share;
    squares += other.squares + apart * apart * count * share;
    count = both;
  }
};

/// partial (2 ranges + 1, channels): of each range of pixels the mean of each channel, then its sum
/// of squared deviations, then each channel's first number, from which the means are counted: so
/// they keep their digits where they are far from 0.
template <class T, int lanes>
struct ChannelMoments {
  static constexpr int threads = ChannelTiles::threads;
  struct Shared {
    Moments of[lanes][threads];
  };

  T const* x;
  float* partial;
  ChannelTiles tiles;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    Count const range = tiles.range(block.index());
    block.for_each_thread([&](int thread) {
      Count const channel = tiles.channel(block.index(), thread, lanes);
      Range const pixels = tiles.pixels_of(range);
      Count const first = pixels.begin + tiles.row(thread);
      float origin[lanes] = {}, sum[lanes] = {}, squares[lanes] = {};
      float count = 0;
      if (channel < tiles.channels && first < pixels.end) {
        auto const own = Pack<T, lanes>::load(x + first * tiles.channels + channel);
        for_lanes<lanes>([&](int lane) { origin[lane] = own[lane]; });
        for (Count pixel = first; pixel < pixels.end; pixel += tiles.rows()) {
          auto const pack = Pack<T, lanes>::load(x + pixel * tiles.channels + channel);
          for_lanes<lanes>([&](int lane) {
            float const apart = static_cast<float>(pack[lane]) - origin[lane];
            sum[lane] += apart;
            squares[lane] += apart * apart;
          });
          count += 1;
        }
      }
      float const each = count > 0 ? 1 / count : 0;
      for_lanes<lanes>([&](int lane) {
        float const first_of_all = count > 0 ? static_cast<float>(x[channel + lane]) : 0;
        shared.of[lane][thread] = {count, (origin[lane] - first_of_all) + sum[lane] * each,
                                   squares[lane] - sum[lane] * sum[lane] * each};
      });
    });
    join_rows(block, tiles.rows(), tiles.vectors, [&](int thread, int other) {
      for_lanes<lanes>([&](int lane) { shared.of[lane][thread].merge(shared.of[lane][other]); });
    });
    block.for_each_thread([&](int thread) {
      Count const channel = tiles.channel(block.index(), thread, lanes);
      if (tiles.row(thread) > 0 || channel >= tiles.channels) return;
      float* const to = partial + range * tiles.channels + channel;
      for_lanes<lanes>([&](int lane) {
        to[lane] = shared.of[lane][thread].mean;
        to[tiles.ranges * tiles.channels + lane] = shared.of[lane][thread].squares;
        if (range == 0) to[2 * tiles.ranges * tiles.channels + lane] = x[channel + lane];
      });
    });
  }
};

/// statistics (2, channels) = mean and biased variance, of ChannelMoments' partial ones.
struct FinishedMoments {
  using Shared = JoinedRanges<Moments>;
  static constexpr int threads = Shared::threads;

  float const* partial;
  float* statistics;
  ChannelTiles tiles;

  constexpr Count blocks() const { return Shared::blocks(tiles); }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    shared.join(
        block, tiles,
        [&](Count range, Count channel) {
          Range const pixels = tiles.pixels_of(range);
          float const* const one = partial + range * tiles.channels + channel;
          return Moments{static_cast<float>(pixels.end - pixels.begin), one[0],
                         one[tiles.ranges * tiles.channels]};
        },
        [&](Count channel, Moments const& all) {
          statistics[channel] = partial[2 * tiles.ranges * tiles.channels + channel] + all.mean;
          statistics[tiles.channels + channel] = all.squares / static_cast<float>(tiles.pixels);
        });
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/normalization.cuh.
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::ChannelMoments<T, lanes>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::FinishedMoments> = true;

}  // namespace ai500::cuda
