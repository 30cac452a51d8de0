// SPDX-License-Identifier: Apache-2.0
/// @file Sums of outer products, the one loop in which our convolutions do their multiplications:
/// forward the sum is over channels and a window's taps, of a filter gradient over pixels, of
/// Winograd's products over channels or tiles.
#pragma once

#include <algorithm>

#include <ai500/core/types.hpp>
#include <ai500/kernels/blocked/ahead.ipp>
#include <ai500/kernels/blocked/vectors.ipp>

namespace ai500::kernels::blocked {

/// Where the numbers of one factor stand, in floats from the first: at each place are several,
/// `next` apart, perhaps in two sets; places are in planes of rows of columns.
struct Walk {
  float const* first;
  Count next, column, row, plane;
  Count set = 0;
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
  static constexpr int together = 1;  ///< numbers in the place of a float, multiplied at a time

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

/// Where sums stand: of number j and vector b at first + j * next + b * block.
template <class Number = float>
struct Sums {
  Number* first;
  Count next, block;
  Count set = 0;
};

/// How often sums are computed one after the other, each time of numbers further on.
struct Repeats {
  Count times = 1;
  Count numbers = 0, sums = 0;  ///< from one time to the next
};

/// What is done to each result at last, in this order.
struct Ending {
  float const* bias = nullptr;  ///< (outputs), is added; null: none
  bool adds = false;            ///< what stands there already
  bool relu = false;
};

/// sums[j][b] = sum over all places of (vector b of a place) * (number j of the place), and what
/// its ending adds. Where many loops are around it, it should be compiled as a function of its own
/// (Host::vectorized): compilers run out of registers else, and one sum in memory makes the loop
/// half as fast.
/// @param count numbers of a set
/// @param Products what a product of two floats is, or of what else stands in the place of floats
/// @param Ahead what is fetched meanwhile
/// @param Number of results
template <int lanes, int count, int blocks, class Products = FloatProducts,
          class Ahead = BytesAhead, int sets = 1, class Number = float>
struct SumOuterProducts {
  Sums<Number> const& sums;
  Walk const& vectors;  ///< at each place `blocks` vectors of `lanes`
  Walk const& numbers;  ///< at each place `sets` times `count`
  Places const& places;
  Ending ending;  ///< what stands there is added at last: sums round as few numbers do
  Ahead ahead;
  Repeats repeats = {};
  float const* before = nullptr;  ///< other sums that are added, (number, block, lane); null: none

  [[gnu::always_inline]] void operator()() const {
    static_assert(sets == 1 || sets == 2);
    Ahead here = ahead;
    float const* from = numbers.first;
    Number* to = sums.first;
    for (Count time = 0; time < repeats.times; ++time) {
      Float sum[sets * count][blocks] = {};
      add_products(from, here, sum);
      if (before != nullptr) add_before(sum);
      if (ending.bias != nullptr) add_bias(sum);
      if (ending.adds) add(recomputed(to), sum);
      if (ending.relu) relu(sum);
      store(recomputed(to), sum);
      from += repeats.numbers;
      to += repeats.sums;
      here.begin_next_time();
    }
  }

 private:
  using Float = typename Vectors<lanes>::Float;

  [[gnu::always_inline]] void add_products(float const* from, Ahead& here,
                                           Float (&sum)[sets * count][blocks]) const {
    for (Count plane = 0; plane < places.planes; ++plane)
      for (Count row = 0; row < places.rows; ++row) {
        float const* v = vectors.first + plane * vectors.plane + row * vectors.row;
        float const* n = from + plane * numbers.plane + row * numbers.row;
        bool const is_last = row + 1 == places.rows;
        here.begin_row(places.columns, v,
                       is_last ? from + (plane + 1) * numbers.plane : n + numbers.row);
        for (Count column = 0; column < places.columns; ++column) {
          here.template step<count, sets>(column, numbers.next, numbers.set);
          Float vector[blocks];
#pragma GCC unroll 16
          for (int b = 0; b < blocks; ++b) Vectors<lanes>::load(vector[b], v + b * vectors.next);
#pragma GCC unroll 16
          for (int j = 0; j < sets * count; ++j) {
            float const* const set = j < count ? n : n + numbers.set;
            Float const number = set[j % count * numbers.next] - Float{};
#pragma GCC unroll 16
            for (int b = 0; b < blocks; ++b) Products::add(sum[j][b], vector[b], number);
          }
          v += vectors.column;
          n += numbers.column;
        }
      }
  }

  /// Where number j's sum with vector b is from the first one.
  [[gnu::always_inline]] Count place(int j, int b) const {
    return (j < count ? 0 : sums.set) + j % count * sums.next + b * sums.block;
  }
  [[gnu::always_inline]] void add_before(Float (&sum)[sets * count][blocks]) const {
#pragma GCC unroll 16
    for (int j = 0; j < sets * count; ++j)
#pragma GCC unroll 16
      for (int b = 0; b < blocks; ++b) {
        Float other;
        Vectors<lanes>::load(other, before + (j * blocks + b) * lanes);
        sum[j][b] += other;
      }
  }
  [[gnu::always_inline]] void add_bias(Float (&sum)[sets * count][blocks]) const {
#pragma GCC unroll 16
    for (int b = 0; b < blocks; ++b) {
      Float bias;
      Vectors<lanes>::load(bias, ending.bias + b * lanes);
#pragma GCC unroll 16
      for (int j = 0; j < sets * count; ++j) sum[j][b] += bias;
    }
  }
  [[gnu::always_inline]] void add(Number const* to, Float (&sum)[sets * count][blocks]) const {
#pragma GCC unroll 16
    for (int b = 0; b < blocks; ++b)
#pragma GCC unroll 16
      for (int j = 0; j < sets * count; ++j) {
        Float there;
        Stored<Number>::load(there, to + place(j, b));
        sum[j][b] += there;
      }
  }
  [[gnu::always_inline]] static void relu(Float (&sum)[sets * count][blocks]) {
#pragma GCC unroll 16
    for (int b = 0; b < blocks; ++b)
#pragma GCC unroll 16
      for (int j = 0; j < sets * count; ++j) sum[j][b] = sum[j][b] > 0.0f ? sum[j][b] : Float{};
  }
  [[gnu::always_inline]] void store(Number* to, Float const (&sum)[sets * count][blocks]) const {
#pragma GCC unroll 16
    for (int b = 0; b < blocks; ++b)
#pragma GCC unroll 16
      for (int j = 0; j < sets * count; ++j) Stored<Number>::store(to + place(j, b), sum[j][b]);
  }
};

}  // namespace ai500::kernels::blocked
