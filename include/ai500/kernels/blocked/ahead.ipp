// SPDX-License-Identifier: Apache-2.0
/// @file Memory that is on its way while something else is computed: what processors do not see
/// coming, for the rows of a block of channels are short, and far from each other.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <ai500/core/types.hpp>
#include <ai500/kernels/blocked/fetch.ipp>

namespace ai500::kernels::blocked {

/// Runs of floats: some rows of some blocks of some items. Distances are in floats.
struct Region {
  float const* first;
  Count run;  ///< floats that follow each other
  Count rows, row;
  Count blocks, block;
  Count items, item;

  Count lines_a_run() const {
    return (run * static_cast<Count>(sizeof(float)) + cache_line - 1) / cache_line;
  }
  Count lines() const { return lines_a_run() * rows * blocks * items; }
  /// The same with one row where rows follow each other.
  Region with_rows_joined() const {
    if (row != run) return *this;
    return {first, rows * run, 1, 0, blocks, block, items, item};
  }
};

/// The lines of a region, one after the other.
class Lines {
 public:
  Lines() = default;
  explicit Lines(Region const& region)
      : region_(region), left_(region.lines()), at_(region.first) {}

  bool is_done() const { return left_ <= 0; }
  Count left() const { return left_; }

  /// Where the next so many lines are; past the end of a run there may be others.
  float const* take(Count lines) {
    float const* const taken = at_;
    Count const in_run = region_.lines_a_run() - line_;
    left_ -= lines < in_run ? lines : in_run;
    line_ += lines;
    at_ += lines * cache_line / static_cast<Count>(sizeof(float));
    if (line_ >= region_.lines_a_run()) begin_run();
    return taken;
  }

 private:
  void begin_run() {
    line_ = 0;
    if (++row_ == region_.rows) {
      row_ = 0;
      if (++block_ == region_.blocks) {
        block_ = 0;
        ++item_;
      }
    }
    at_ = region_.first + item_ * region_.item + block_ * region_.block + row_ * region_.row;
  }

  Region region_{};
  Count left_ = 0;
  float const* at_ = nullptr;
  Count line_ = 0, row_ = 0, block_ = 0, item_ = 0;
};

/// Parts of the memory, fetched one after the other at an even pace: many lines at once would keep
/// others waiting. It goes by rows, and does the same every so many of them: processors foresee it.
class Pace {
 public:
  static constexpr std::size_t most_parts = 3;
  std::array<Lines, most_parts> parts;

  /// What is left of the parts is fetched over so many steps, at most a line a step.
  /// @param later lines of the last part that are left
  void begin(Count steps, Count later) {
    Count lines = -later;
    for (Lines const& part : parts) lines += part.left();
    rows_a_fetch_ = std::max<Count>(1, steps / std::max<Count>(1, lines));
    rows_left_ = 1;
    part_ = 0;
    skip_done();
  }

  /// What is to be fetched in a row of so many steps, a line each; null: nothing.
  [[gnu::always_inline]] float const* next(Count steps) {
    if (--rows_left_ > 0 || part_ == most_parts) return nullptr;
    rows_left_ = rows_a_fetch_;
    float const* const lines = parts[part_].take(steps);
    if (parts[part_].is_done()) skip_done();
    return lines;
  }

 private:
  void skip_done() {
    while (part_ < most_parts && parts[part_].is_done()) ++part_;
  }

  Count rows_a_fetch_ = 1, rows_left_ = 1;
  std::size_t part_ = most_parts;
};

/// What sums of outer products (outer_products.ipp) fetch: what follows an address, so many bytes a
/// step (a line is asked for several times where they are few), and at the second time what follows
/// another.
struct BytesAhead {
  char const* at;
  char const* then;
  Count bytes;

  BytesAhead(void const* first, void const* second, Count bytes_a_step)
      : at(static_cast<char const*>(first)),
        then(static_cast<char const*>(second)),
        bytes(bytes_a_step) {}
  /// A line a step.
  explicit BytesAhead(void const* first) : BytesAhead(first, first, cache_line) {}

  [[gnu::always_inline]] void begin_next_time() { at = then; }
  [[gnu::always_inline]] void begin_row(Count, float const*, float const*) {}
  template <int count, int sets>
  [[gnu::always_inline]] void step(Count, Count, Count) {
    fetch_ahead(at);
    at += bytes;
  }
};

/// Lines at a pace; and the numbers of the next row into the first cache.
struct PacedAhead {
  Pace* pace;
  char const* line = nullptr;
  float const* numbers = nullptr;

  [[gnu::always_inline]] void begin_next_time() {}
  /// @param vectors of the row, which are fetched again where there is nothing else
  /// @param following numbers: those of the next row
  [[gnu::always_inline]] void begin_row(Count columns, float const* vectors,
                                        float const* following) {
    float const* const lines = pace->next(columns);
    line = reinterpret_cast<char const*>(lines != nullptr ? lines : vectors);
    numbers = following;
  }
  /// @param next from a number to the next one
  /// @param set from a set of numbers to the next one
  template <int count, int sets>
  [[gnu::always_inline]] void step(Count column, Count next, Count set) {
    fetch_ahead(line);
    line += cache_line;
    if (column >= count) return;
    fetch_to_first(numbers);
    if constexpr (sets == 2) fetch_to_first(numbers + set);
    numbers += next;
  }
};

}  // namespace ai500::kernels::blocked
