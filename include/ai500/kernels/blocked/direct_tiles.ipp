// SPDX-License-Identifier: Apache-2.0
/// @file Tiles of a row of the output, and which of a window's taps they meet. Nothing is
/// multiplied with padding: taps that are in it are left out, for rows as a whole, for columns by
/// sums over fewer pixels.
#pragma once

#include <algorithm>
#include <vector>

#include <ai500/core/types.hpp>
#include <ai500/kernels/blocked/ranges.ipp>

namespace ai500::kernels::blocked {

/// Along one direction, the positions of the output that meet the same of a window's taps. Position
/// i is at first + i * step, and meets the input at i * stride + tap - padding. A convolution
/// has one such line. The gradient of one with a stride has as many as its stride: dx at positions
/// between the window's meets other taps than at those.
struct Line {
  Count first, step, positions;  ///< of the output
  Count taps, first_place, step_of_taps;
  Count stride, padding, extent;  ///< of the input

  /// A tap's place in the window.
  Count place_of(Count tap) const { return first_place + tap * step_of_taps; }
  /// The taps that are not in the padding at a position.
  Range taps_at(Count position) const {
    Count const begin = std::clamp<Count>(padding - position * stride, 0, taps);
    return {begin, std::clamp(extent + padding - position * stride, begin, taps)};
  }
  /// How much of the input all positions meet, about.
  Count number_met() const { return positions * std::min(stride, taps); }
  /// The input that some positions meet.
  Range met_by(Range of_output) const {
    Count const begin = std::max<Count>(0, of_output.begin * stride - padding);
    return {begin, std::clamp((of_output.end - 1) * stride - padding + taps, begin, extent)};
  }
};

inline Line forward_line(Count kernel, Count stride, Count padding, Count x, Count y) {
  return {0, 1, y, kernel, 0, 1, stride, padding, x};
}

/// dx at first, first + stride, ...: the window's taps in turned order, every stride-th of them.
inline Line gradient_line(Count first, Count kernel, Count stride, Count padding, Count dy,
                          Count dx) {
  Count const tap = (first + padding) % stride;  // the first one whose window begins on dy
  Count const taps = std::max<Count>(0, (kernel - tap + stride - 1) / stride);
  Count const last = tap + stride * (taps - 1);
  return {first,
          stride,
          std::max<Count>(0, (dx - first + stride - 1) / stride),
          taps,
          last,
          -stride,
          Count{1},
          taps - 1 - (first + padding - tap) / stride,
          dy};
}

/// Some columns of a line's, and the taps that none of them has in the padding.
struct TapsOfColumns {
  Range columns, taps;
};

/// Tiles of columns, one beside the other, that are computed the same way. The first sum of a tile
/// is over all of its columns; where there are others, for some of the columns only, it is one
/// tile.
struct EqualTiles {
  std::vector<TapsOfColumns> sums;  ///< of the first one
  Count times = 1;
};

inline EqualTiles tile_of(Line const& line, Range columns) {
  std::vector<TapsOfColumns> sums;  // as few as can be, for taps of a window follow each other
  for (Count tap = 0; tap < line.taps; ++tap) {
    Range const all = inside(tap, line.stride, line.padding, line.positions, line.extent);
    Range const met{std::max(all.begin, columns.begin), std::min(all.end, columns.end)};
    if (met.size() == 0) continue;
    if (!sums.empty() && sums.back().columns == met && sums.back().taps.end == tap)
      ++sums.back().taps.end;
    else
      sums.push_back({met, {tap, tap + 1}});
  }
  auto const whole = std::ranges::find(sums, columns, &TapsOfColumns::columns);
  if (whole != sums.end())
    std::rotate(sums.begin(), whole, whole + 1);
  else
    sums.insert(sums.begin(), {columns, {0, 0}});  // nothing but what a sum begins with
  return {sums, 1};
}

/// Whether a tile is computed as those beside it.
inline bool repeats(EqualTiles const& tiles, EqualTiles const& other) {
  TapsOfColumns const& a = tiles.sums.front();
  TapsOfColumns const& b = other.sums.front();
  return tiles.sums.size() == 1 && other.sums.size() == 1 && a.taps == b.taps &&
         a.columns.size() == b.columns.size();
}

/// Tiles of the same size, at most so many columns; the last one may be smaller.
inline std::vector<EqualTiles> tiles_of(Line const& line, Count most) {
  Count const count = (line.positions + most - 1) / most;
  Count const size = count == 0 ? 0 : (line.positions + count - 1) / count;
  std::vector<EqualTiles> all;
  for (Count column = 0; column < line.positions; column += size) {
    EqualTiles const tile = tile_of(line, {column, std::min(column + size, line.positions)});
    if (!all.empty() && repeats(all.back(), tile))
      ++all.back().times;
    else
      all.push_back(tile);
  }
  return all;
}

}  // namespace ai500::kernels::blocked
