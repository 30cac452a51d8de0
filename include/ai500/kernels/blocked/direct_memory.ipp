// SPDX-License-Identifier: Apache-2.0
/// @file Where a direct convolution's input, filters and output stand, and which of it comes next.
#pragma once

#include <algorithm>

#include <ai500/kernels/blocked/ahead.ipp>
#include <ai500/kernels/blocked/direct_convolution_plan.ipp>
#include <ai500/kernels/blocked/outer_products.ipp>

namespace ai500::kernels::blocked {

/// Distances are in floats, in whose place pairs may stand; those of the output are in its numbers.
template <int lanes, class Products>
struct DirectMemory {
  using Number = typename Products::Number;
  static constexpr Count pixel = lanes / Products::together;  ///< of a block of the input

  DirectPlan const& plan;
  float const* in;
  float const* filters;
  Number* out;

  Count in_line() const { return plan.in.width * pixel; }
  Count in_plane() const { return plan.in.height * in_line(); }
  Count in_item() const { return plan.inputs * in_plane(); }
  Count out_line() const { return plan.out.width * lanes; }
  Count out_plane() const { return plan.out.height * out_line(); }
  Count out_item() const { return plan.outputs * out_plane(); }

  Count blocks_of(Count panel) const {
    return std::min<Count>(blocks_a_panel, plan.outputs - panel * blocks_a_panel);
  }
  /// The filters of a tap, of a block of the input and of a panel's outputs.
  static constexpr Count a_tap(Count blocks) { return pixel * blocks * lanes; }

  float const* filters_of(Phase const& phase, Count panel) const {
    return filters + plan.inputs * (panel * a_tap(blocks_a_panel) * plan.taps +
                                    phase.taps_before * a_tap(blocks_of(panel)));
  }
  /// The first column of a phase's row.
  Number* output_of(Phase const& phase, Count panel, Count item, Count row) const {
    return out + item * out_item() + panel * blocks_a_panel * out_plane() +
           (phase.high.first + row * phase.high.step) * out_line() + phase.wide.first * lanes;
  }
};

/// The rows of a phase that are in a piece.
inline Range rows_of(Phase const& phase, OutputPiece const& piece) {
  return {piece.rows.begin, std::min(piece.rows.end, phase.high.positions)};
}

/// What is read of the input for a piece: the rows that its phases meet.
template <int lanes, class Products>
Region input_of(DirectMemory<lanes, Products> const& memory, OutputPiece const& piece) {
  DirectPlan const& plan = memory.plan;
  Range rows{plan.in.height, 0};
  for (Phase const& phase : plan.phases) {
    Range const met = phase.high.met_by(rows_of(phase, piece));
    if (met.size() > 0) rows = {std::min(rows.begin, met.begin), std::max(rows.end, met.end)};
  }
  Line const& high = plan.phases.front().high;
  Count const step = high.taps < high.stride ? high.stride : 1;  // rows between are not met
  Region const region{
      memory.in + piece.items.begin * memory.in_item() + rows.begin * memory.in_line(),
      memory.in_line(),
      (rows.size() + step - 1) / step,
      step * memory.in_line(),
      plan.inputs,
      memory.in_plane(),
      piece.items.size(),
      memory.in_item()};
  return region.with_rows_joined();
}

/// What is written of a panel's output for a piece: all rows of all phases.
template <int lanes, class Products>
Region output_of(DirectMemory<lanes, Products> const& memory, Count panel,
                 OutputPiece const& piece) {
  constexpr Count numbers = Products::together;  // in the place of a float
  Phase const& first = memory.plan.phases.front();
  Count const step = first.high.step;
  Count const rows =
      std::min(piece.rows.end * step, memory.plan.out.height) - piece.rows.begin * step;
  auto const begin = memory.output_of(first, panel, piece.items.begin, piece.rows.begin);
  return {reinterpret_cast<float const*>(begin),
          rows * memory.out_line() / numbers,
          1,
          0,
          memory.blocks_of(panel),
          memory.out_plane() / numbers,
          piece.items.size(),
          memory.out_item() / numbers};
}

/// What is read of a panel's filters for a phase; nothing where filters stay in a cache.
template <int lanes, class Products>
Lines filters_ahead(DirectMemory<lanes, Products> const& memory, Phase const& phase, Count panel) {
  if (memory.plan.keeps_filters) return {};
  Count const floats = memory.plan.inputs * phase.taps() * memory.a_tap(memory.blocks_of(panel));
  return Lines({memory.filters_of(phase, panel), floats, 1, 0, 1, 0, 1, 0});
}

}  // namespace ai500::kernels::blocked
