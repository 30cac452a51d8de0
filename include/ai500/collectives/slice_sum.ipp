// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of slice_sum.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include <ai500/collectives/slice_sum.hpp>

namespace ai500::collectives {

namespace detail {

/// Sums one piece of a slice, block by block: a block's sum stays in the first-level cache until it
/// is written to all buffers.
template <class T>
struct PieceSum {
  static constexpr Count block = 2048 / static_cast<Count>(sizeof(T));

  std::span<T* const> buffers;
  Slice piece;

  [[gnu::always_inline]] void operator()() const {
    alignas(64) std::array<T, static_cast<std::size_t>(block)> sum;
    for (Count begin = piece.begin; begin < piece.end; begin += block) {
      Count const n = std::min(block, piece.end - begin);
      std::size_t const bytes = static_cast<std::size_t>(n) * sizeof(T);
      std::memcpy(sum.data(), buffers[0] + begin, bytes);
      for (T const* buffer : buffers.subspan(1)) {
        T* const s = sum.data();
        T const* const b = buffer + begin;
        for (Count i = 0; i < n; ++i) s[i] += b[i];
      }
      for (T* buffer : buffers) std::memcpy(buffer + begin, sum.data(), bytes);
    }
  }
};

template <class T>
void sum_slice(devices::Host const& host, std::span<T* const> buffers, Slice slice) {
  // Less than this is not worth another thread.
  constexpr Count smallest_piece = 32 * PieceSum<T>::block;
  Count const pieces =
      std::clamp(slice.size() / smallest_piece, Count{1}, static_cast<Count>(host.threads()));
  host.parallel(pieces, [&](Count piece) {
    host.vectorized(PieceSum<T>{buffers,
                                {slice.begin + slice.size() * piece / pieces,
                                 slice.begin + slice.size() * (piece + 1) / pieces}});
  });
}

}  // namespace detail

void sum_slice(devices::Host const& host, std::span<float* const> buffers, Slice slice) {
  detail::sum_slice(host, buffers, slice);
}

void sum_slice(devices::Host const& host, std::span<double* const> buffers, Slice slice) {
  detail::sum_slice(host, buffers, slice);
}

}  // namespace ai500::collectives
