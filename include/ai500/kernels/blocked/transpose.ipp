// SPDX-License-Identifier: Apache-2.0
/// @file A square matrix of numbers, a vector register a row, and its transpose.
#pragma once

#include <utility>

#include <ai500/kernels/blocked/vectors.ipp>

namespace ai500::kernels::blocked {

namespace detail {

/// low = a's and b's lower halves, number by number; high = their upper ones.
template <class Float, int... i>
[[gnu::always_inline]] inline void interleave(Float const& a, Float const& b, Float& low,
                                              Float& high, std::integer_sequence<int, i...>) {
  constexpr int lanes = sizeof...(i);
  low = __builtin_shufflevector(a, b, (i / 2 + i % 2 * lanes)...);
  high = __builtin_shufflevector(a, b, (lanes / 2 + i / 2 + i % 2 * lanes)...);
}

}  // namespace detail

/// Turns rows to columns. To interleave the first half of the rows with the second moves a bit of
/// each number's place from its row to its column; as often as there are such bits.
template <int lanes>
[[gnu::always_inline]] inline void transpose(typename Vectors<lanes>::Float (&rows)[lanes]) {
#pragma GCC unroll 4
  for (int bit = 1; bit < lanes; bit *= 2) {
    typename Vectors<lanes>::Float mixed[lanes];
#pragma GCC unroll 16
    for (int i = 0; i < lanes / 2; ++i)
      detail::interleave(rows[i], rows[i + lanes / 2], mixed[2 * i], mixed[2 * i + 1],
                         std::make_integer_sequence<int, lanes>{});
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) rows[i] = mixed[i];
  }
}

}  // namespace ai500::kernels::blocked
