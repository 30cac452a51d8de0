// SPDX-License-Identifier: Apache-2.0
/// @file In which parts a convolution, or the gradient of its data, is computed directly: phases of
/// its output, and pieces whose input stays in a cache.
#pragma once

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/direct_tiles.ipp>
#include <ai500/kernels/blocked/outer_products.ipp>
#include <ai500/kernels/blocked/ranges.ipp>

namespace ai500::kernels::blocked {

/// Outputs that all meet the same taps.
struct Phase {
  Line high, wide;
  std::vector<EqualTiles> tiles = {};  ///< of a row
  Count taps_before = 0;               ///< those of the phases before

  Count taps() const { return high.taps * wide.taps; }
  /// Those of all sums of a row, for each of a window's rows that is not in the padding.
  Count taps_of_sums() const {
    Count all = 0;
    for (EqualTiles const& some : tiles)
      for (TapsOfColumns const& sum : some.sums) all += some.times * sum.taps.size();
    return all;
  }
};

/// What is computed at a time: all channels of some rows of some items.
struct OutputPiece {
  Range items, rows;  ///< rows of each phase
};

struct DirectPlan {
  Shape in, out;
  Count inputs, outputs;  ///< blocks of channels
  std::vector<Phase> phases;
  Count taps = 0;  ///< of all phases

  Count items = 1, rows = 1;       ///< of a piece
  Count parts = 1;                 ///< in which a piece's panels are shared among threads
  bool keeps_filters = false;      ///< in a core's second cache, while pieces pass by
  bool in_pairs_of_items = false;  ///< of which a tile has rows

  Count filters() const { return in.channels * out.channels * taps; }  ///< numbers
  Count rows_of_phases() const {
    Count rows_here = 0;
    for (Phase const& phase : phases) rows_here = std::max(rows_here, phase.high.positions);
    return rows_here;
  }
  Count pieces_of_items() const { return (rows_of_phases() + rows - 1) / rows; }
  Count pieces() const { return (out.items + items - 1) / items * pieces_of_items(); }
  OutputPiece piece_at(Count number) const {
    Count const item = number / pieces_of_items() * items;
    Count const row = number % pieces_of_items() * rows;
    return {{item, std::min(item + items, out.items)},
            {row, std::min(row + rows, rows_of_phases())}};
  }
};

/// How many columns are computed at a time: with `blocks_a_panel` their sums fill
/// the registers (28 of 32 with AVX-512, 12 of 16 with AVX2). 14 divides the rows of the usual
/// networks.
constexpr int columns_at_a_time(int lanes) { return lanes == 16 ? 14 : 6; }

/// Bytes of input that stay in a core's second cache, of 1 MiB.
inline constexpr Count bytes_that_stay = 288 << 10;

/// Rows of a plane that are taken as one where a window has one pixel and meets all: as many as
/// leave least of the last tile empty, and then the most of which there are several in a cache.
/// @param bytes of a row of the input
constexpr Count rows_as_one(Count height, Count width, Count most, Count bytes) {
  Count best = 1, best_tiles = (width + most - 1) / most;
  for (Count rows = 2; rows <= height; ++rows) {
    Count const tiles = (rows * width + most - 1) / most;
    Count const by_tiles = tiles * best - best_tiles * rows;  // of a row: tiles / rows
    if (height % rows == 0 &&
        (by_tiles < 0 || (by_tiles == 0 && rows * bytes <= bytes_that_stay))) {
      best = rows;
      best_tiles = tiles;
    }
  }
  return best;
}

/// Pieces whose input stays in a core's second cache while all panels pass by, and of which each
/// thread has about as many.
inline void cut_into_pieces(DirectPlan& plan, Count bytes_an_item, Count threads) {
  Count const all_rows = plan.rows_of_phases(), all_items = plan.out.items;
  Count const least = plan.in_pairs_of_items ? 2 : 1;  // items of a piece
  Count const bytes = std::max<Count>(1, bytes_an_item);
  if (least * bytes > bytes_that_stay) {
    Count const pieces = (least * bytes + bytes_that_stay - 1) / bytes_that_stay;
    plan.items = least;
    plan.rows = (all_rows + pieces - 1) / pieces;
  } else {
    Count const at_once = std::clamp(bytes_that_stay / bytes, least, all_items);
    Count const pieces = (all_items + at_once - 1) / at_once;
    Count const for_all = (pieces + threads - 1) / threads * threads;
    plan.items = std::max(least, (all_items + for_all - 1) / for_all);
    plan.rows = all_rows;
  }
  // A few tasks a thread, or as many for each.
  auto is_shared = [&] {
    Count const tasks = plan.pieces() * plan.parts;
    return tasks % threads == 0 || tasks >= 4 * threads;
  };
  while (plan.parts < panels(plan.outputs) && !is_shared()) ++plan.parts;
}

/// What a plan is for: blocks of so many channels, and numbers of so many bytes.
struct Registers {
  int lanes;
  Count bytes_a_number;
};

/// A plan of these phases.
inline DirectPlan direct_plan(Shape const& in, Shape const& out, std::vector<Phase> phases,
                              Registers const& registers, Count threads) {
  int const lanes = registers.lanes;
  DirectPlan plan{in, out, in.channels / lanes, out.channels / lanes, std::move(phases)};
  Count const most_columns = columns_at_a_time(lanes);
  Count met = 0;  // pixels of an item's input
  for (Phase& phase : plan.phases) {
    phase.tiles = tiles_of(phase.wide, most_columns);
    phase.taps_before = plan.taps;
    plan.taps += phase.taps();
    met = std::max(met, phase.high.number_met() * phase.wide.number_met());
  }
  plan.keeps_filters = plan.filters() * registers.bytes_a_number <= bytes_that_stay;
  plan.in_pairs_of_items = out.items > 1 && plan.phases.front().wide.positions <= most_columns / 2;
  cut_into_pieces(plan, met * in.channels * registers.bytes_a_number, threads);
  return plan;
}

/// Whether a window has one pixel and meets all.
constexpr bool is_pointwise(Window const& window) {
  return window.kernel == Extent{1, 1} && window.stride == Extent{1, 1};
}

/// y from x.
inline DirectPlan forward_plan(Window const& window, Shape x, Shape y, Registers const& registers,
                               Count threads) {
  if (is_pointwise(window)) {
    Count const bytes = x.width * x.channels * registers.bytes_a_number;
    Count const rows = rows_as_one(y.height, y.width, columns_at_a_time(registers.lanes), bytes);
    for (Shape* shape : {&x, &y}) {
      shape->height /= rows;
      shape->width *= rows;
    }
  }
  auto const [kernel, stride, padding] = std::tie(window.kernel, window.stride, window.padding);
  Phase const phase{forward_line(kernel.height, stride.height, padding.height, x.height, y.height),
                    forward_line(kernel.width, stride.width, padding.width, x.width, y.width)};
  return direct_plan(x, y, {phase}, registers, threads);
}

/// dx from dy.
inline DirectPlan gradient_plan(Window const& window, Shape const& dy, Shape const& dx,
                                Registers const& registers, Count threads) {
  if (is_pointwise(window)) return forward_plan(window, dy, dx, registers, threads);
  auto const [kernel, stride, padding] = std::tie(window.kernel, window.stride, window.padding);
  std::vector<Phase> phases;
  for (Count row = 0; row < std::min(stride.height, dx.height); ++row)
    for (Count column = 0; column < std::min(stride.width, dx.width); ++column)
      phases.push_back(
          {gradient_line(row, kernel.height, stride.height, padding.height, dy.height, dx.height),
           gradient_line(column, kernel.width, stride.width, padding.width, dy.width, dx.width)});
  return direct_plan(dy, dx, std::move(phases), registers, threads);
}

}  // namespace ai500::kernels::blocked
