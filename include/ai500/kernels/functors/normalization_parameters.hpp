// SPDX-License-Identifier: Apache-2.0
/// @file What the channels of a batch normalization are multiplied with and what is added to them,
/// from statistics, scale and shift: the same for the forward and for the backward pass.
#pragma once

#include <cmath>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/functors/pack.hpp>

namespace ai500::kernels::functors {

/// Whether the mean is subtracted from x before x is multiplied. 16-bit numbers have lost more
/// digits than x factor + constant loses, and a GPU has no registers to keep the means apart.
template <class T>
inline constexpr bool keeps_means_apart = !SixteenBitNumber<T>;

/// What a channel's numbers are normalized with: (x - origin) factor + constant.
struct ChannelParameters {
  float const* statistics;  ///< (2, channels): means, biased variances
  float const* scale;       ///< (channels); null: 1
  float const* shift;       ///< (channels); null: 0
  float epsilon;

  AI500_HOST_DEVICE float mean(Count channel) const { return statistics[channel]; }
  AI500_HOST_DEVICE float inverse_deviation(Count channel, Count channels) const {
    return 1 / std::sqrt(statistics[channels + channel] + epsilon);
  }
  AI500_HOST_DEVICE float factor(Count channel, Count channels) const {
    return (scale == nullptr ? 1 : scale[channel]) * inverse_deviation(channel, channels);
  }
  template <class T>
  AI500_HOST_DEVICE float origin(Count channel) const {
    if constexpr (keeps_means_apart<T>) return mean(channel);
    return 0;
  }
  template <class T>
  AI500_HOST_DEVICE float constant(Count channel, Count channels) const {
    float const added = shift == nullptr ? 0 : shift[channel];
    if constexpr (keeps_means_apart<T>) return added;
    return added - mean(channel) * factor(channel, channels);
  }
};

/// Parameters of a group's channels that stay in shared memory, for registers are few. Volatile: a
/// compiler would load them into registers before the loop over pixels.
struct SharedParameters {
  float volatile factor[ChannelTiles::most_channels];
  float volatile constant[ChannelTiles::most_channels];

  /// By the first row of threads.
  template <class T, int lanes>
  AI500_HOST_DEVICE void fill(ChannelParameters const& from, ChannelTiles const& tiles, Count block,
                              int thread) {
    Count const channel = tiles.channel(block, thread, lanes);
    if (tiles.row(thread) > 0 || channel >= tiles.channels) return;
    int const column = tiles.column(thread, lanes);
    for_lanes<lanes>([&](int lane) {
      factor[column + lane] = from.factor(channel + lane, tiles.channels);
      constant[column + lane] = from.constant<T>(channel + lane, tiles.channels);
    });
  }
};

/// x normalized, before an ending: as it is stored. Forward and backward pass ask the same
/// function, so that they agree on where a relu was open.
template <class T>
AI500_HOST_DEVICE T normalized(T x, float origin, float factor, float constant) {
  return T((static_cast<float>(x) - origin) * factor + constant);
}

}  // namespace ai500::kernels::functors
