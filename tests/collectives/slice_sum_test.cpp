// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/slice_sum.hpp>
//
#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace ai500;
using collectives::Slice;
using collectives::slice_of_rank;
using collectives::sum_slice;

namespace {

/// Threads that live as long as one piece of work.
devices::ThreadTeam short_lived_threads(int threads) {
  return {threads, [](void (*work)(void*, int), void* data, int count) {
            std::vector<std::thread> all;
            for (int thread = 0; thread < count; ++thread) all.emplace_back(work, data, thread);
            for (std::thread& one : all) one.join();
          }};
}

}  // namespace

TEST_CASE("slice_of_rank: near-equal slices whose inner borders are at cache lines") {
  // 100 elements from 8: a quarter is 25; borders at 33, 58, 83, rounded up to multiples of 16.
  CHECK(slice_of_rank({8, 108}, 0, 4, 16) == Slice{8, 48});
  CHECK(slice_of_rank({8, 108}, 1, 4, 16) == Slice{48, 64});
  CHECK(slice_of_rank({8, 108}, 2, 4, 16) == Slice{64, 96});
  CHECK(slice_of_rank({8, 108}, 3, 4, 16) == Slice{96, 108});
}

TEST_CASE("slice_of_rank: slices cover the whole once, also where elements are few") {
  for (Slice whole : {Slice{0, 0}, Slice{0, 1}, Slice{5, 8}, Slice{31, 33}, Slice{0, 1'000'003}})
    for (int ranks : {1, 2, 3, 7, 64}) {
      Count next = whole.begin;
      for (int rank = 0; rank < ranks; ++rank) {
        Slice const slice = slice_of_rank(whole, rank, ranks, 16);
        CHECK(slice.begin == next);
        CHECK(slice.size() >= 0);
        next = slice.end;
      }
      CHECK(next == whole.end);
    }
}

TEST_CASE_TEMPLATE("sum_slice: all buffers hold the sum in rank order, and nothing beside it", T,
                   float, double) {
  devices::Host const host(short_lived_threads(2));
  Count const n = 100'003;
  std::vector<std::vector<T>> values(3, std::vector<T>(static_cast<std::size_t>(n)));
  for (std::size_t rank = 0; rank < 3; ++rank)
    for (std::size_t i = 0; i < values[rank].size(); ++i)
      values[rank][i] = T(1) / static_cast<T>(i * 3 + rank + 1);
  auto const before = values;
  std::vector<T*> buffers;
  for (auto& one : values) buffers.push_back(one.data());

  sum_slice(host, std::span<T* const>(buffers), {7, n - 5});

  bool right = true;
  for (std::size_t i = 0; i < values[0].size(); ++i)
    for (std::size_t rank = 0; rank < 3; ++rank) {
      bool const summed = i >= 7 && i < values[0].size() - 5;
      T const expected = summed ? (before[0][i] + before[1][i]) + before[2][i] : before[rank][i];
      right = right && values[rank][i] == expected;
    }
  CHECK(right);
}
