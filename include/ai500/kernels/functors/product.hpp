// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/devices/blocks.hpp>

namespace ai500::kernels::functors {

/// result(row, column) = sum over k of a(row, k) b(k, column), in tiles of 32 x 32 results of a
/// block, four a thread. `Factors` has groups(), rows(), columns(), depth(), the elements
/// a(group, row, k) and b(group, k, column) in float, and put(group, row, column, sum).
template <class Factors>
struct Product {
  static constexpr int threads = 256;
  static constexpr int side = 32;
  static constexpr int step = 16;  // of k at once
  struct Shared {
    float a[step][side + 1];
    float b[step][side + 1];
  };

  Factors factors;

  constexpr Count tiles_down() const { return (factors.rows() + side - 1) / side; }
  constexpr Count tiles_across() const { return (factors.columns() + side - 1) / side; }
  constexpr Count blocks() const { return factors.groups() * tiles_down() * tiles_across(); }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    Count const column = block.index() % tiles_across() * side;
    Count const row = block.index() / tiles_across() % tiles_down() * side;
    Count const group = block.index() / tiles_across() / tiles_down();
    typename Block::template PerThread<Sums> sums;
    block.for_each_thread([&](int thread) { sums[thread] = {}; });
    for (Count k = 0; k < factors.depth(); k += step) {
      block.for_each_thread([&](int thread) {
        for (int i = thread; i < step * side; i += threads) {
          int const deep_a = i % step, down = i / step;  // neighbours along k
          bool const has_a = row + down < factors.rows() && k + deep_a < factors.depth();
          shared.a[deep_a][down] = has_a ? factors.a(group, row + down, k + deep_a) : 0;
          int const across = i % side, deep_b = i / side;  // neighbours along columns
          bool const has_b = column + across < factors.columns() && k + deep_b < factors.depth();
          shared.b[deep_b][across] = has_b ? factors.b(group, k + deep_b, column + across) : 0;
        }
      });
      block.for_each_thread([&](int thread) {
        int const down = thread / 16, across = thread % 16;
        Sums& own = sums[thread];
        for (int i = 0; i < step; ++i) {
          float const a0 = shared.a[i][down], a1 = shared.a[i][down + 16];
          float const b0 = shared.b[i][across], b1 = shared.b[i][across + 16];
          own.of00 += a0 * b0;
          own.of01 += a0 * b1;
          own.of10 += a1 * b0;
          own.of11 += a1 * b1;
        }
      });
    }
    block.for_each_thread([&](int thread) {
      Count const r = row + thread / 16, c = column + thread % 16;
      put(group, r, c, sums[thread].of00);
      put(group, r, c + 16, sums[thread].of01);
      put(group, r + 16, c, sums[thread].of10);
      put(group, r + 16, c + 16, sums[thread].of11);
    });
  }

 private:
  struct Sums {
    float of00, of01, of10, of11;
  };

  AI500_HOST_DEVICE void put(Count group, Count row, Count column, float sum) const {
    if (row < factors.rows() && column < factors.columns()) factors.put(group, row, column, sum);
  }
};

}  // namespace ai500::kernels::functors
