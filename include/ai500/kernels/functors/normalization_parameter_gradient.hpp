// SPDX-License-Identifier: Apache-2.0
/// @file The gradients of a batch normalization's scale and shift, and of the ending behind it, in
/// Layout::channels_last. Sums over pixels are made in two stages, ranges of pixels and then the
/// ranges, both in a fixed order. T is how activations are stored; all else is float.
#pragma once

#include <cstdint>

#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/join_rows.hpp>
#include <ai500/kernels/functors/joined_ranges.hpp>
#include <ai500/kernels/functors/normalization_parameters.hpp>
#include <ai500/kernels/functors/pack.hpp>
#include <ai500/kernels/functors/range.hpp>

namespace ai500::kernels::functors {

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
  T const* another_dy = nullptr;  // may be null
  T const* x;
  T const* y = nullptr;                // where the relu is asked of y
  std::uint8_t const* bits = nullptr;  // null: y itself
  T* masked = nullptr;                 // may be null
  float* partial;
  ChannelParameters parameters;
  ChannelTiles tiles;
  OpenWhere open = OpenWhere::everywhere;

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
    join_rows(block, tiles.rows(), tiles.vectors, [&](int thread, int other) {
      for_lanes<lanes>([&](int lane) {
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

/// A channel's gradients, of some pixels.
struct ParameterGradients {
  float dscale;
  float dshift;

  AI500_HOST_DEVICE void merge(ParameterGradients const& other) {
    dscale += other.dscale;
    dshift += other.dshift;
  }
};

/// dscale and dshift (channels), of NormalizationGradientSums' partial ones.
struct FinishedGradientSums {
  using Shared = JoinedRanges<ParameterGradients>;
  static constexpr int threads = Shared::threads;

  float const* partial;
  float* dscale;
  float* dshift;
  ChannelTiles tiles;

  constexpr Count blocks() const { return Shared::blocks(tiles); }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    shared.join(
        block, tiles,
        [&](Count range, Count channel) {
          float const* const one = partial + range * tiles.channels + channel;
          return ParameterGradients{one[0], one[tiles.ranges * tiles.channels]};
        },
        [&](Count channel, ParameterGradients const& all) {
          dscale[channel] = all.dscale;
          dshift[channel] = all.dshift;
        });
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/normalization.cuh.
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::NormalizationGradientSums<T, lanes>> =
    true;
template <>
inline constexpr bool has_device_code<kernels::functors::FinishedGradientSums> = true;

}  // namespace ai500::cuda
