// SPDX-License-Identifier: Apache-2.0
/// @file Filters in the order in which a direct convolution reads them.
#pragma once

#include <algorithm>
#include <vector>

#include <ai500/kernels/blocked/direct_convolution_plan.ipp>
#include <ai500/kernels/blocked/fetch.ipp>
#include <ai500/kernels/blocked/filter_order.ipp>
#include <ai500/kernels/blocked/transpose.ipp>

namespace ai500::kernels::blocked {

/// Where a window's taps are put: each is one of a phase's, or none's.
struct TapPlace {
  static constexpr Count none = -1;
  Count phase = none;
  Count tap = 0;  ///< of the phase
};

inline std::vector<TapPlace> places_of_taps(DirectPlan const& plan, Extent kernel) {
  std::vector<TapPlace> places(static_cast<std::size_t>(kernel.height * kernel.width));
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    Line const& high = plan.phases[i].high;
    Line const& wide = plan.phases[i].wide;
    for (Count row = 0; row < high.taps; ++row)
      for (Count column = 0; column < wide.taps; ++column) {
        Count const tap = high.place_of(row) * kernel.width + wide.place_of(column);
        places[static_cast<std::size_t>(tap)] = {static_cast<Count>(i), row * wide.taps + column};
      }
  }
  return places;
}

/// The filters of one panel (phase, block of the input, tap, channel of the input, block, channel
/// of the output).
template <int lanes>
struct PackFilters {
  DirectPlan const& plan;
  std::vector<TapPlace> const& places;
  FilterOrder order;  ///< places say which taps are turned
  float const* weight;
  Count panel;
  float* filters;  ///< the panel's

  [[gnu::always_inline]] void operator()() const {
    Count const first = panel * blocks_a_panel;
    Count const blocks = std::min<Count>(blocks_a_panel, plan.outputs - first);
    for (Count block = 0; block < blocks; ++block)
      for (Count input = 0; input < plan.inputs; ++input) pack({blocks, block, input});
  }

 private:
  using Float = typename Vectors<lanes>::Float;

  struct Block {
    Count blocks, block;  ///< of the panel
    Count input;
  };

  [[gnu::always_inline]] void pack(Block const& block) const {
    Count const first = panel * blocks_a_panel + block.block;
    Count const taps = static_cast<Count>(places.size());
    float const* const from =
        weight + first * lanes * order.output + block.input * lanes * order.input;
    if (order.output == 1) {  // outputs stand together already
      for (Count channel = 0; channel < lanes; ++channel) {
        Float vector;
        Vectors<lanes>::load(vector, from + channel * order.input);
        store(block, channel, 0, vector);
      }
      return;
    }
    // What follows each other in memory are taps, and where it is so all channels' taps.
    Count const together = order.input == taps ? lanes : 1;
    for (Count channel = 0; channel < lanes; channel += together)
      pack_run(block, channel, from + channel * order.input, together * taps);
  }

  /// The numbers of a run, each of `lanes` outputs.
  [[gnu::always_inline]] void pack_run(Block const& block, Count channel, float const* from,
                                       Count run) const {
    Count const taps = static_cast<Count>(places.size());
    float const* const end = weight + plan.in.channels * plan.out.channels * taps;
    for (Count number = 0, tap = 0; number < run; number += lanes) {
      Float vectors[lanes];
      for (Count lane = 0; lane < lanes; ++lane) {
        float const* const row = from + lane * order.output + number;
        fetch_ahead(row + lanes * order.input);  // the next block's
        if (row + lanes <= end) {
          Vectors<lanes>::load(vectors[lane], row);
        } else {
          float some[lanes] = {};
          std::copy(row, end, some);
          Vectors<lanes>::load(vectors[lane], some);
        }
      }
      transpose<lanes>(vectors);
      Count const count = std::min<Count>(lanes, run - number);
      for (Count i = 0; i < count; ++i) {
        store(block, channel, tap, vectors[i]);
        if (++tap == taps) {
          tap = 0;
          ++channel;
        }
      }
    }
  }

  [[gnu::always_inline]] void store(Block const& block, Count channel, Count tap,
                                    Float const& vector) const {
    TapPlace const& place = places[static_cast<std::size_t>(tap)];
    if (place.phase == TapPlace::none) return;
    Phase const& phase = plan.phases[static_cast<std::size_t>(place.phase)];
    Count const tap_of_block =
        phase.taps_before * plan.inputs + block.input * phase.taps() + place.tap;
    Vectors<lanes>::store(
        filters + ((tap_of_block * lanes + channel) * block.blocks + block.block) * lanes, vector);
  }
};

}  // namespace ai500::kernels::blocked
