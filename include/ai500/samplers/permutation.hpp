// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include <ai500/core/error.hpp>
#include <ai500/core/random.hpp>
#include <ai500/samplers/require_size.hpp>

namespace ai500 {

/// A keyed random bijection on [0, n): the position of any slot in constant time and memory, so
/// that each rank computes only its own part of a shuffled order.
///
/// A Feistel network on a grid of rows x columns points that holds n with few to spare; the rows
/// are a power of two of about sqrt(n). Each round moves a point along its column by a random
/// distance that depends on the column, or along its row by one that depends on the row; both can
/// be undone, so the whole is a bijection on the grid. The fewer than sqrt(2 n) points outside
/// [0, n) walk on along their cycle until they are inside (cycle walking; Black, Rogaway: Ciphers
/// with arbitrary finite domains, CT-RSA 2002).
///
/// Eight rounds, their keys from two calls of philox. By enumeration with ideal round functions,
/// the n! orders of n <= 4 are equally likely within 1 %. For large n only some of the n! orders
/// can be reached, as with every shuffle of fewer than log2(n!) bits of key.
class Permutation {
 public:
  /// @param number each number gives another order under the same key
  /// @throws UsageError unless size is 1 to 2^32 - 1
  constexpr Permutation(RandomKey key, std::uint32_t number, Count size) : size_(checked(size)) {
    row_bits_ = static_cast<int>(std::bit_width(size_ - 1)) / 2;
    columns_ = ((size_ - 1) >> row_bits_) + 1;
    for (std::size_t half = 0; half < 2; ++half) {
      const auto words = philox(key, 2 * std::uint64_t{number} + half);
      for (std::size_t i = 0; i < words.size(); ++i) round_keys_[4 * half + i] = words[i];
    }
  }

  /// n, the number of slots and of positions.
  constexpr Count size() const { return static_cast<Count>(size_); }

  /// The position of a slot.
  /// @throws UsageError if slot is not below size()
  constexpr std::uint64_t operator()(std::uint64_t slot) const {
    if (slot >= size_)
      throw UsageError("Permutation: there is no slot " + std::to_string(slot) + " in " +
                       std::to_string(size_));
    std::uint64_t point = slot;
    do point = moved(point);
    while (point >= size_);
    return point;
  }

 private:
  static constexpr std::size_t rounds = 8;

  static constexpr std::uint64_t checked(Count size) {
    samplers::require_size("Permutation", size);
    return static_cast<std::uint64_t>(size);
  }

  // The random distance of a round at this row or column, which is below 2^32.
  constexpr std::uint64_t distance(std::size_t round, std::uint64_t at) const {
    return scrambled(std::uint64_t{round_keys_[round]} << 32 | at);
  }

  // The bijection on the whole grid.
  constexpr std::uint64_t moved(std::uint64_t point) const {
    const std::uint64_t row_mask = (std::uint64_t{1} << row_bits_) - 1;
    std::uint64_t row = point & row_mask;
    std::uint64_t column = point >> row_bits_;
    for (std::size_t round = 0; round < rounds; round += 2) {
      row = (row + distance(round, column)) & row_mask;
      column += random_below(distance(round + 1, row), columns_);
      if (column >= columns_) column -= columns_;
    }
    return column << row_bits_ | row;
  }

  std::uint64_t size_;
  std::uint64_t columns_ = 1;
  int row_bits_ = 0;
  std::array<std::uint32_t, rounds> round_keys_{};
};

}  // namespace ai500
