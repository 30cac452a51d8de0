// SPDX-License-Identifier: Apache-2.0
/// @file In which pieces a filter gradient is computed directly: each level of the memory keeps
/// what it is read again from.
#pragma once

#include <algorithm>
#include <vector>

#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/outer_products.ipp>
#include <ai500/kernels/blocked/ranges.ipp>

namespace ai500::kernels::blocked {

/// A tap of a window, and the positions of the window at which it is not in the padding.
struct Tap {
  Extent place;
  Range high, wide;
};

/// A piece of what is summed over.
struct Piece {
  Range groups, rows;  ///< rows of dy
};

/// What is computed, and in which pieces.
struct FilterGradientPlan {
  Window window;
  Shape x, dy;
  Count groups;           ///< of items whose numbers are multiplied together
  Count inputs, outputs;  ///< blocks of channels
  std::vector<Tap> taps;

  // Sums of so many blocks and panels stay in a core's second cache while all pixels pass by.
  Count inputs_a_pass = 1, panels_a_pass = 1;
  // Pixels of dy at a time: a panel of them stays in its first cache while blocks of x pass by.
  Count groups_a_piece = 1, rows = 1;  ///< several groups only where all of their rows fit

  Count number_of_taps() const { return static_cast<Count>(taps.size()); }
  Count pieces_a_group() const { return (dy.height + rows - 1) / rows; }
  Count pieces() const { return (groups + groups_a_piece - 1) / groups_a_piece * pieces_a_group(); }
  Piece piece_at(Count number) const {
    Count const group = number / pieces_a_group() * groups_a_piece;
    Count const row = number % pieces_a_group() * rows;
    return {{group, std::min(group + groups_a_piece, groups)},
            {row, std::min(row + rows, dy.height)}};
  }
  /// The rows of x that those of dy meet.
  Range rows_of_x(Range of_dy) const {
    Count const stride = window.stride.height, padding = window.padding.height;
    return {std::max<Count>(0, of_dy.begin * stride - padding),
            std::min(x.height, (of_dy.end - 1) * stride - padding + window.kernel.height)};
  }
};

/// @param items of a group
inline FilterGradientPlan filter_gradient_plan(Window const& window, Shape const& x,
                                               Shape const& dy, int lanes, int items) {
  constexpr Count first_cache = 24 << 10, second_cache = 192 << 10;  // bytes, of 32 and 512 KiB
  Count const bytes = lanes * static_cast<Count>(sizeof(float));     // a block's, at a pixel
  FilterGradientPlan plan{
      window, x, dy, (x.items + items - 1) / items, x.channels / lanes, dy.channels / lanes, {}};
  for (Count row = 0; row < window.kernel.height; ++row)
    for (Count column = 0; column < window.kernel.width; ++column)
      plan.taps.push_back(
          {{row, column},
           inside(row, window.stride.height, window.padding.height, dy.height, x.height),
           inside(column, window.stride.width, window.padding.width, dy.width, x.width)});

  Count const all = panels(plan.outputs);
  Count const sums = plan.number_of_taps() * lanes * blocks_a_panel * bytes;  // of a block, a panel
  Count const most = std::max<Count>(1, second_cache / sums);
  // As many panels as blocks: what passes by is then least. But few inputs leave room for more.
  plan.panels_a_pass =
      std::min(most, std::clamp<Count>(most / plan.inputs, std::min<Count>(8, all), all));
  plan.inputs_a_pass = std::clamp<Count>(most / plan.panels_a_pass, 1, plan.inputs);

  Count const pixels = first_cache / ((blocks_a_panel + 1) * bytes);  // a panel of dy, a block of x
  plan.rows = std::clamp<Count>(pixels / dy.width, 1, dy.height);
  plan.rows = (dy.height + plan.pieces_a_group() - 1) / plan.pieces_a_group();  // about the same
  if (plan.rows == dy.height)
    plan.groups_a_piece = std::clamp<Count>(pixels / (dy.height * dy.width), 1, plan.groups);
  return plan;
}

}  // namespace ai500::kernels::blocked
