// SPDX-License-Identifier: Apache-2.0
/// @file Batch normalization with its statistics, and its ending, in Layout::channels_last. T is
/// how activations are stored.
#pragma once

#include <cstdint>

#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/kernels/functors/channel_tiles.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/normalization_parameters.hpp>
#include <ai500/kernels/functors/pack.hpp>
#include <ai500/kernels/functors/range.hpp>

namespace ai500::kernels::functors {

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

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/normalization.cuh.
template <class T, int lanes>
  requires MovesLanes<T, lanes>
inline constexpr bool has_device_code<kernels::functors::NormalizedTile<T, lanes>> = true;

}  // namespace ai500::cuda
