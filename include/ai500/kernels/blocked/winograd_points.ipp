// SPDX-License-Identifier: Apache-2.0
/// @file Where transformed tiles and filters stand: a matrix at each of Winograd's 36 points.
#pragma once

#include <ai500/core/types.hpp>
#include <ai500/kernels/blocked/vectors.ipp>
#include <ai500/kernels/blocked/winograd_transforms.ipp>

namespace ai500::kernels::blocked {

/// Numbers at the 36 points, a matrix each: point p's begins at first + p * distance.
struct Points {
  float* first;
  Count distance;

  /// A line of a cache more than a matrix needs: a tile's points, written one after the other,
  /// would else all be in one set of a cache.
  static constexpr Count distance_of(Count numbers) { return numbers + 16; }
  static constexpr Count floats_of(Count numbers) { return points * distance_of(numbers); }

  float* at(Count point) const { return first + point * distance; }

  /// A tile's numbers, a vector at each point; `place` is the same in all matrices.
  template <int lanes>
  [[gnu::always_inline]] void store(
      Count place, typename Vectors<lanes>::Float const (&t)[tile_in][tile_in]) const {
#pragma GCC unroll 8
    for (int row = 0; row < tile_in; ++row)
#pragma GCC unroll 8
      for (int column = 0; column < tile_in; ++column)
        Vectors<lanes>::store(at(row * tile_in + column) + place, t[row][column]);
  }
  template <int lanes>
  [[gnu::always_inline]] void load(Count place,
                                   typename Vectors<lanes>::Float (&t)[tile_in][tile_in]) const {
#pragma GCC unroll 8
    for (int row = 0; row < tile_in; ++row)
#pragma GCC unroll 8
      for (int column = 0; column < tile_in; ++column)
        Vectors<lanes>::load(t[row][column], at(row * tile_in + column) + place);
  }
};

}  // namespace ai500::kernels::blocked
