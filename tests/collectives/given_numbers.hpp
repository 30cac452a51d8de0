// SPDX-License-Identifier: Apache-2.0
/// @file Numbers for ranks to add up, whose sum tells in which order it was made.
#pragma once

#include <ai500/core/types.hpp>

namespace ai500::test {

/// What rank `rank` gives for element i in a step: sums of them round differently in another order.
template <class T>
T given(int rank, int step, Count i) {
  return T(1) / static_cast<T>(1 + (i * 7 + rank * 13 + step * 5) % 1000);
}

template <class T>
T sum_in_rank_order(int ranks, int step, Count i) {
  T sum = given<T>(0, step, i);
  for (int rank = 1; rank < ranks; ++rank) sum += given<T>(rank, step, i);
  return sum;
}

}  // namespace ai500::test
