// SPDX-License-Identifier: Apache-2.0
/// @file Sums of outer products, the one loop in which our convolutions do their multiplications:
/// of a filter gradient the sum is over pixels, of Winograd's products over channels or tiles.
#pragma once

#include <algorithm>

#include <ai500/core/types.hpp>
#include <ai500/kernels/blocked/vectors.ipp>

namespace ai500::kernels::blocked {

/// Where the numbers of one factor stand, in floats from the first: at each place are several,
/// `next` apart; places are in planes of rows of columns.
struct Walk {
  float const* first;
  Count next, column, row, plane;
};

/// The places over which is summed.
struct Places {
  Count planes, rows, columns;
};

/// Makes one row of the rows of a plane where both factors' follow each other without a gap.
inline void join_rows(Places& places, Walk const& a, Walk const& b) {
  if (a.row == places.columns * a.column && b.row == places.columns * b.column)
    places = {places.planes, 1, places.rows * places.columns};
}

/// A product of floats.
struct FloatProducts {
  using Number = float;
  static constexpr int items = 1;  ///< whose numbers are multiplied at a time

  template <class Float>
  [[gnu::always_inline]] static void add(Float& sum, Float const& vector, Float const& number) {
    sum += vector * number;
  }
};

/// How many blocks of channels one sum takes together: the width of a panel.
inline constexpr int blocks_a_panel = 2;

/// The panels of `blocks` blocks: all are `blocks_a_panel` wide but the last one where blocks are
/// left over.
constexpr Count panels(Count blocks) { return (blocks + blocks_a_panel - 1) / blocks_a_panel; }

/// How many numbers of the other factor are multiplied with a panel at a time: with
/// `blocks_a_panel` they fill the registers of an instruction set with vectors of so many lanes (8
/// sums of 16 registers with AVX2, 16 of 32 with AVX-512), enough to hide a multiply-add's latency.
template <int lanes>
inline constexpr int numbers_at_a_time = lanes / 2;

/// sums[j][b] (+)= sum over all places of (vector b of a place) * (number j of the place). Where
/// many loops are around it, it should be compiled as a function of its own (Host::vectorized):
/// compilers run out of registers else, and one sum in memory makes the loop half as fast.
/// @param Products what a product of two floats is, or of what else stands in the place of floats
template <int lanes, int blocks, class Products = FloatProducts>
struct SumOuterProducts {
  float* sums;          ///< (numbers_at_a_time, blocks, lanes)
  Walk const& vectors;  ///< at each place `blocks` vectors of `lanes`
  Walk const& numbers;  ///< at each place `numbers_at_a_time`
  Places const& places;
  bool is_first;  ///< whether sums are what results, else it is added to them
  /// From here memory is on its way to the second cache meanwhile, a block's numbers a place; null:
  /// none.
  void const* fetched = nullptr;

  [[gnu::always_inline]] void operator()() const {
    using Vector = Vectors<lanes>;
    using Float = typename Vector::Float;
    constexpr int count = numbers_at_a_time<lanes>;
    Float sum[count][blocks] = {};
    using Number = typename Products::Number;
    Number const* ahead = static_cast<Number const*>(fetched != nullptr ? fetched : sums);
    for (Count plane = 0; plane < places.planes; ++plane)
      for (Count row = 0; row < places.rows; ++row) {
        float const* v = vectors.first + plane * vectors.plane + row * vectors.row;
        float const* n = numbers.first + plane * numbers.plane + row * numbers.row;
        for (Count column = 0; column < places.columns; ++column) {
          fetch_ahead(ahead);
          Float vector[blocks];
#pragma GCC unroll 16
          for (int b = 0; b < blocks; ++b) Vector::load(vector[b], v + b * vectors.next);
#pragma GCC unroll 16
          for (int j = 0; j < count; ++j) {
            Float const number = n[j * numbers.next] - Float{};
#pragma GCC unroll 16
            for (int b = 0; b < blocks; ++b) Products::add(sum[j][b], vector[b], number);
          }
          v += vectors.column;
          n += numbers.column;
          ahead += lanes;
        }
      }
      // Added at last: what is summed here rounds as few numbers do, not as all of a long sum.
#pragma GCC unroll 16
    for (int j = 0; j < count; ++j)
#pragma GCC unroll 16
      for (int b = 0; b < blocks; ++b) {
        float* const to = sums + (j * blocks + b) * lanes;
        if (!is_first) {
          Float before;
          Vector::load(before, to);
          sum[j][b] += before;
        }
        Vector::store(to, sum[j][b]);
      }
  }
};

}  // namespace ai500::kernels::blocked
