// SPDX-License-Identifier: Apache-2.0
/// @file Filters, brought to Winograd's 36 points, and their gradients, brought back.
#pragma once

#include <algorithm>

#include <ai500/kernels/blocked/filter_order.ipp>
#include <ai500/kernels/blocked/outer_products.ipp>
#include <ai500/kernels/blocked/winograd_points.ipp>
#include <ai500/kernels/blocked/winograd_tiles.ipp>

namespace ai500::kernels::blocked {

/// The filters (point, panel, input, block, lane of the output), one panel.
template <int lanes>
struct TransformFilters {
  Tiles const& tiles;
  FilterOrder order;
  float const* weight;
  Points to;
  Count panel;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    constexpr Count panel_width = blocks_a_panel * lanes;
    Count const first = panel * panel_width;
    Count const blocks = std::min<Count>(blocks_a_panel, (tiles.out.channels - first) / lanes);
    for (Count input = 0; input < tiles.in.channels; ++input)
      for (Count block = 0; block < blocks; ++block) {
        float taps[tile_filter * tile_filter][lanes];
        float const* from = weight + (first + block * lanes) * order.output + input * order.input;
        for (int lane = 0; lane < lanes; ++lane, from += order.output)
          for (int tap = 0; tap < tile_filter * tile_filter; ++tap)
            taps[order.is_turned ? tile_filter * tile_filter - 1 - tap : tap][lane] = from[tap];
        Float g[tile_filter][tile_filter], t[tile_in][tile_in];
        for (int tap = 0; tap < tile_filter * tile_filter; ++tap)
          Vectors<lanes>::load(g[tap / tile_filter][tap % tile_filter], taps[tap]);
        transform<TransformFilter>(g, t);
        to.template store<lanes>(first * tiles.in.channels + (input * blocks + block) * lanes, t);
      }
  }
};

/// The plain gradient (outputs, inputs, 3, 3) of a panel of filters.
template <int lanes>
struct TransformFilterSums {
  Tiles const& tiles;
  Points sums;
  float* dweight;
  Count panel;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    Count const inputs = tiles.in.channels, first = panel * blocks_a_panel * lanes;
    Count const blocks = std::min<Count>(blocks_a_panel, (tiles.out.channels - first) / lanes);
    for (Count input = 0; input < inputs; ++input)
      for (Count block = 0; block < blocks; ++block) {
        Float m[tile_in][tile_in], g[tile_filter][tile_filter];
        sums.template load<lanes>(first * inputs + (input * blocks + block) * lanes, m);
        transform<TransformFilterGradient>(m, g);
        constexpr int taps = tile_filter * tile_filter;
        float made[taps][lanes];
        for (int tap = 0; tap < taps; ++tap)
          Vectors<lanes>::store(made[tap], g[tap / tile_filter][tap % tile_filter]);
        float* to = dweight + ((first + block * lanes) * inputs + input) * taps;
        for (int lane = 0; lane < lanes; ++lane, to += inputs * taps)
          for (int tap = 0; tap < taps; ++tap) to[tap] = made[tap][lane];
      }
  }
};

}  // namespace ai500::kernels::blocked
