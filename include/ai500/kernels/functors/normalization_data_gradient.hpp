// SPDX-License-Identifier: Apache-2.0
/// @file The gradient of what a batch normalization normalizes, in Layout::channels_last. T is how
/// activations are stored.
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/normalization_parameters.hpp>
#include <ai500/kernels/functors/pack.hpp>
#include <ai500/kernels/functors/range.hpp>

namespace ai500::kernels::functors {

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

// Compiled by kernels/plain_cuda/normalization.cuh.
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::NormalizationGradientTile<T, lanes>> =
    true;

}  // namespace ai500::cuda
