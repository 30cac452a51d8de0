// SPDX-License-Identifier: Apache-2.0
/// @file Batch normalization, its endings and its gradients in Layout::channels_last. Sums over
/// pixels are made in two stages, ranges of pixels and then the ranges, both in a fixed order. T is
/// how activations are stored; everything else is float. Tested against kernels/reference.
#pragma once

#include <cmath>
#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/functors/pack.hpp>

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
    for (int half = tiles.rows() / 2; half > 0; half /= 2)
      block.for_each_thread([&](int thread) {
        if (tiles.row(thread) < half)
          for_lanes<lanes>([&](int lane) {
            shared.of[lane][thread].merge(shared.of[lane][thread + half * tiles.vectors]);
          });
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

/// statistics (2, channels) = mean and biased variance, of ChannelMoments' partial ones. A block
/// has 32 channels.
struct FinishedMoments {
  static constexpr int threads = 256;
  static constexpr int channels_a_block = 32;
  static constexpr int rows = threads / channels_a_block;
  struct Shared {
    Moments of[threads];
  };

  float const* partial;
  float* statistics;
  ChannelTiles tiles;

  constexpr Count blocks() const {
    return (tiles.channels + channels_a_block - 1) / channels_a_block;
  }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    Count const first = block.index() * channels_a_block;
    block.for_each_thread([&](int thread) {
      Count const channel = first + thread % channels_a_block;
      Moments all{0, 0, 0};
      if (channel < tiles.channels)
        for (Count range = thread / channels_a_block; range < tiles.ranges; range += rows) {
          Range const pixels = tiles.pixels_of(range);
          float const* const one = partial + range * tiles.channels + channel;
          all.merge({static_cast<float>(pixels.end - pixels.begin), one[0],
                     one[tiles.ranges * tiles.channels]});
        }
      shared.of[thread] = all;
    });
    for (int half = rows / 2; half > 0; half /= 2)
      block.for_each_thread([&](int thread) {
        if (thread / channels_a_block < half)
          shared.of[thread].merge(shared.of[thread + half * channels_a_block]);
      });
    block.for_each_thread([&](int thread) {
      Count const channel = first + thread;
      if (thread >= channels_a_block || channel >= tiles.channels) return;
      statistics[channel] =
          partial[2 * tiles.ranges * tiles.channels + channel] + shared.of[thread].mean;
      statistics[tiles.channels + channel] =
          shared.of[thread].squares / static_cast<float>(tiles.pixels);
    });
  }
};

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

/// y = (x - mean) factor + shift, then + addend if there is one, then max(y, 0) if `relu`; bit i of
/// `bits`, if there are any, whether element i of y is positive: eight lanes only.
template <class T, int lanes>
struct NormalizedTile {
  static constexpr int threads = ChannelTiles::threads;
  struct Shared {};

  T const* x;
  T const* addend;  // may be null
  T* y;
  std::uint8_t* bits;  // may be null
  ChannelParameters parameters;
  ChannelTiles tiles;
  bool relu;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared&) const {
    block.for_each_thread([&](int thread) {
      Count const channel = tiles.channel(block.index(), thread, lanes);
      if (channel >= tiles.channels) return;
      float origin[lanes], factor[lanes], constant[lanes];
      for_lanes<lanes>([&](int lane) {
        origin[lane] = parameters.template origin<T>(channel + lane);
        factor[lane] = parameters.factor(channel + lane, tiles.channels);
        constant[lane] = parameters.template constant<T>(channel + lane, tiles.channels);
      });
      Range const pixels = tiles.pixels_of(tiles.range(block.index()));
      for (Count pixel = pixels.begin + tiles.row(thread); pixel < pixels.end;
           pixel += tiles.rows()) {
        Count const i = pixel * tiles.channels + channel;
        auto const from = Pack<T, lanes>::load(x + i);
        Pack<T, lanes> other{}, to;
        if (addend != nullptr) other = Pack<T, lanes>::load(addend + i);
        unsigned open = 0;
        for_lanes<lanes>([&](int lane) {
          T const alone = normalized(from[lane], origin[lane], factor[lane], constant[lane]);
          T const sum = addend != nullptr
                            ? T(static_cast<float>(alone) + static_cast<float>(other[lane]))
                            : alone;
          to[lane] = relu && sum < 0 ? T(0) : sum;
          open |= static_cast<unsigned>(sum > 0) << lane;
        });
        to.store(y + i);
        if constexpr (lanes == 8)
          if (bits != nullptr) bits[i / lanes] = static_cast<std::uint8_t>(open);
      }
    });
  }
};

/// What tells where a relu let its gradient through.
enum class OpenWhere {
  everywhere,         ///< there was no relu
  x_normalized,       ///< where x, normalized again, is positive
  result_is_positive  ///< where y is positive, or its bit is set
};

/// partial (2, ranges, channels): of each range of pixels, each channel's sum of dy (x - mean) /
/// deviation, then its sum of dy. dy is the sum of one or two gradients where the relu was open,
/// else 0; it is written to `masked` if that is not null.
template <class T, int lanes>
struct NormalizationGradientSums {
  static constexpr int threads = ChannelTiles::threads;
  struct Shared {
    SharedParameters parameters;
    float with_x[lanes][threads];
    float alone[lanes][threads];
  };

  T const* dy;
  T const* another_dy;  // may be null
  T const* x;
  T const* y;                // where the relu is asked of y
  std::uint8_t const* bits;  // null: y itself
  T* masked;                 // may be null
  float* partial;
  ChannelParameters parameters;
  ChannelTiles tiles;
  OpenWhere open;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    Count const range = tiles.range(block.index());
    block.for_each_thread([&](int thread) {
      shared.parameters.template fill<T, lanes>(parameters, tiles, block.index(), thread);
    });
    block.for_each_thread([&](int thread) {
      Count const channel = tiles.channel(block.index(), thread, lanes);
      float with_x[lanes] = {}, alone[lanes] = {};
      if (channel < tiles.channels) {
        float mean[lanes];
        for_lanes<lanes>([&](int lane) { mean[lane] = parameters.mean(channel + lane); });
        Range const pixels = tiles.pixels_of(range);
        AI500_NO_UNROLL
        for (Count pixel = pixels.begin + tiles.row(thread); pixel < pixels.end;
             pixel += tiles.rows()) {
          Count const i = pixel * tiles.channels + channel;
          auto gradient = Pack<T, lanes>::load(dy + i);
          auto const from = Pack<T, lanes>::load(x + i);
          if (another_dy != nullptr) {
            auto const another = Pack<T, lanes>::load(another_dy + i);
            for_lanes<lanes>([&](int lane) { gradient[lane] = T(gradient[lane] + another[lane]); });
          }
          unsigned const passes =
              open_lanes(i, from, mean, shared.parameters, tiles.column(thread, lanes));
          for_lanes<lanes>([&](int lane) {
            if ((passes >> lane & 1) == 0) gradient[lane] = T(0);
            float const g = gradient[lane];
            with_x[lane] += g * (static_cast<float>(from[lane]) - mean[lane]);
            alone[lane] += g;
          });
          if (masked != nullptr) gradient.store(masked + i);
        }
        for_lanes<lanes>([&](int lane) {
          with_x[lane] *= parameters.inverse_deviation(channel + lane, tiles.channels);
        });
      }
      for_lanes<lanes>([&](int lane) {
        shared.with_x[lane][thread] = with_x[lane];
        shared.alone[lane][thread] = alone[lane];
      });
    });
    for (int half = tiles.rows() / 2; half > 0; half /= 2)
      block.for_each_thread([&](int thread) {
        if (tiles.row(thread) < half)
          for_lanes<lanes>([&](int lane) {
            int const other = thread + half * tiles.vectors;
            shared.with_x[lane][thread] += shared.with_x[lane][other];
            shared.alone[lane][thread] += shared.alone[lane][other];
          });
      });
    block.for_each_thread([&](int thread) {
      Count const channel = tiles.channel(block.index(), thread, lanes);
      if (tiles.row(thread) > 0 || channel >= tiles.channels) return;
      float* const to = partial + range * tiles.channels + channel;
      for_lanes<lanes>([&](int lane) {
        to[lane] = shared.with_x[lane][thread];
        to[tiles.ranges * tiles.channels + lane] = shared.alone[lane][thread];
      });
    });
  }

 private:
  /// A bit a lane.
  AI500_HOST_DEVICE unsigned open_lanes(Count i, Pack<T, lanes> const& from, float const* mean,
                                        SharedParameters const& shared, int column) const {
    if (open == OpenWhere::everywhere) return ~0u;
    unsigned result = 0;
    if (open == OpenWhere::x_normalized) {
      for_lanes<lanes>([&](int lane) {
        float const origin = keeps_means_apart<T> ? mean[lane] : 0;
        bool const is_open = normalized(from[lane], origin, shared.factor[column + lane],
                                        shared.constant[column + lane]) > 0;
        result |= static_cast<unsigned>(is_open) << lane;
      });
      return result;
    }
    if constexpr (lanes == 8)
      if (bits != nullptr) return bits[i / lanes];
    auto const pack = Pack<T, lanes>::load(y + i);
    for_lanes<lanes>([&](int lane) { result |= static_cast<unsigned>(pack[lane] > 0) << lane; });
    return result;
  }
};

/// dscale and dshift (channels), of NormalizationGradientSums' partial ones. A block has 32
/// channels.
struct FinishedGradientSums {
  static constexpr int threads = 256;
  static constexpr int channels_a_block = 32;
  static constexpr int rows = threads / channels_a_block;
  struct Shared {
    float dscale[threads];
    float dshift[threads];
  };

  float const* partial;
  float* dscale;
  float* dshift;
  ChannelTiles tiles;

  constexpr Count blocks() const {
    return (tiles.channels + channels_a_block - 1) / channels_a_block;
  }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    Count const first = block.index() * channels_a_block;
    block.for_each_thread([&](int thread) {
      Count const channel = first + thread % channels_a_block;
      float with_x = 0, alone = 0;
      if (channel < tiles.channels)
        for (Count range = thread / channels_a_block; range < tiles.ranges; range += rows) {
          float const* const one = partial + range * tiles.channels + channel;
          with_x += one[0];
          alone += one[tiles.ranges * tiles.channels];
        }
      shared.dscale[thread] = with_x;
      shared.dshift[thread] = alone;
    });
    for (int half = rows / 2; half > 0; half /= 2)
      block.for_each_thread([&](int thread) {
        int const other = thread + half * channels_a_block;
        if (thread / channels_a_block >= half) return;
        shared.dscale[thread] += shared.dscale[other];
        shared.dshift[thread] += shared.dshift[other];
      });
    block.for_each_thread([&](int thread) {
      Count const channel = first + thread;
      if (thread >= channels_a_block || channel >= tiles.channels) return;
      dscale[channel] = shared.dscale[thread];
      dshift[channel] = shared.dshift[thread];
    });
  }
};

/// dx = factor (dy - dshift / m - (x - mean) dscale / (m deviation)), m the pixels; dy is 0 where a
/// relu behind the normalization was closed, if `relu`.
template <class T, int lanes>
struct NormalizationGradientTile {
  static constexpr int threads = ChannelTiles::threads;
  using Shared = SharedParameters;

  T const* dy;
  T const* x;
  float const* dscale;
  float const* dshift;
  T* dx;  // may be dy
  ChannelParameters parameters;
  ChannelTiles tiles;
  bool relu;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    block.for_each_thread([&](int thread) {
      shared.template fill<T, lanes>(parameters, tiles, block.index(), thread);
    });
    block.for_each_thread([&](int thread) {
      Count const channel = tiles.channel(block.index(), thread, lanes);
      if (channel >= tiles.channels) return;
      int const column = tiles.column(thread, lanes);
      float const each = 1 / static_cast<float>(tiles.pixels);
      // dx = factor dy + of_x (x - origin) + constant
      float origin[lanes], factor[lanes], of_x[lanes], constant[lanes];
      for_lanes<lanes>([&](int lane) {
        Count const own = channel + lane;
        origin[lane] = parameters.template origin<T>(own);
        factor[lane] = parameters.factor(own, tiles.channels);
        of_x[lane] =
            -factor[lane] * dscale[own] * each * parameters.inverse_deviation(own, tiles.channels);
        constant[lane] = -factor[lane] * dshift[own] * each;
        if (!keeps_means_apart<T>) constant[lane] -= of_x[lane] * parameters.mean(own);
      });
      Range const pixels = tiles.pixels_of(tiles.range(block.index()));
      AI500_NO_UNROLL
      for (Count pixel = pixels.begin + tiles.row(thread); pixel < pixels.end;
           pixel += tiles.rows()) {
        Count const i = pixel * tiles.channels + channel;
        auto const gradient = Pack<T, lanes>::load(dy + i);
        auto const from = Pack<T, lanes>::load(x + i);
        Pack<T, lanes> to;
        for_lanes<lanes>([&](int lane) {
          bool const closed =
              relu && !(normalized(from[lane], origin[lane], shared.factor[column + lane],
                                   shared.constant[column + lane]) > 0);
          float const g = closed ? 0 : static_cast<float>(gradient[lane]);
          float const apart = static_cast<float>(from[lane]) - origin[lane];
          to[lane] = T(factor[lane] * g + (of_x[lane] * apart + constant[lane]));
        });
        to.store(dx + i);
      }
    });
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

/// One number at a time, or 16 bytes.
template <class T, int lanes>
concept MovesLanes = ActivationNumber<T> &&(lanes == 1 || lanes == 16 / sizeof(T));

// Compiled by kernels/plain_cuda/normalization.cuh.
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::ChannelMoments<T, lanes>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::FinishedMoments> = true;
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::NormalizedTile<T, lanes>> = true;
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::NormalizationGradientSums<T, lanes>> =
    true;
template <>
inline constexpr bool has_device_code<kernels::functors::FinishedGradientSums> = true;
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::NormalizationGradientTile<T, lanes>> =
    true;

}  // namespace ai500::cuda
