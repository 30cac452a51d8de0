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

/// sums[j][b] (+)= sum over all places of (vector b of a place) * (number j of the place).
/// @param sums (numbers_at_a_time, blocks, lanes)
/// @param vectors at each place `blocks` vectors of `lanes`
/// @param numbers at each place `numbers_at_a_time`
/// @param is_first whether sums begin at zero, else at what is there
template <int lanes, int blocks>
[[gnu::always_inline]] inline void sum_outer_products(float* sums, Walk const& vectors,
                                                      Walk const& numbers, Places const& places,
                                                      bool is_first) {
  using Vector = Vectors<lanes>;
  using Float = typename Vector::Float;
  constexpr int count = numbers_at_a_time<lanes>;
  Float sum[count][blocks] = {};
  if (!is_first)
#pragma GCC unroll 16
    for (int j = 0; j < count; ++j)
#pragma GCC unroll 16
      for (int b = 0; b < blocks; ++b) Vector::load(sum[j][b], sums + (j * blocks + b) * lanes);
  for (Count plane = 0; plane < places.planes; ++plane)
    for (Count row = 0; row < places.rows; ++row) {
      float const* v = vectors.first + plane * vectors.plane + row * vectors.row;
      float const* n = numbers.first + plane * numbers.plane + row * numbers.row;
      for (Count column = 0; column < places.columns; ++column) {
        Float vector[blocks];
#pragma GCC unroll 16
        for (int b = 0; b < blocks; ++b) Vector::load(vector[b], v + b * vectors.next);
#pragma GCC unroll 16
        for (int j = 0; j < count; ++j) {
          Float const number = n[j * numbers.next] - Float{};
#pragma GCC unroll 16
          for (int b = 0; b < blocks; ++b) sum[j][b] += vector[b] * number;
        }
        v += vectors.column;
        n += numbers.column;
      }
    }
#pragma GCC unroll 16
  for (int j = 0; j < count; ++j)
#pragma GCC unroll 16
    for (int b = 0; b < blocks; ++b) Vector::store(sums + (j * blocks + b) * lanes, sum[j][b]);
}

}  // namespace ai500::kernels::blocked
