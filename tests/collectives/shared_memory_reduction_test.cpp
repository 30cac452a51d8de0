// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/shared_memory_reduction.hpp>
//
#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "given_numbers.hpp"

using namespace ai500;
using collectives::SharedMemory;
using collectives::SharedMemoryReduction;
using test::given;
using test::sum_in_rank_order;

namespace {

/// The ranks' reductions, as threads would have them: each has a mapping of its own.
template <class T>
std::vector<SharedMemoryReduction<T>> reductions(devices::Host& host, int ranks, Count elements) {
  std::size_t const bytes = SharedMemoryReduction<T>::bytes(elements);
  auto first = SharedMemory::create(bytes * static_cast<std::size_t>(ranks));
  std::string const address = first.address();
  std::vector<SharedMemory> memories;
  for (int rank = 1; rank < ranks; ++rank) memories.push_back(SharedMemory::open(address));
  std::vector<SharedMemoryReduction<T>> all;
  for (int rank = 0; rank < ranks; ++rank)
    all.emplace_back(
        host,
        rank == 0 ? std::move(first) : std::move(memories[static_cast<std::size_t>(rank - 1)]),
        rank, ranks, elements);
  return all;
}

/// Every rank a thread: steps of parts that are started from the back, as backward does.
template <class T>
int wrong_elements(int ranks, Count elements, int parts, int steps) {
  devices::Host host;
  auto all = reductions<T>(host, ranks, elements);
  std::vector<int> wrong(static_cast<std::size_t>(ranks), 0);
  auto train = [&](int rank) {
    auto& reduction = all[static_cast<std::size_t>(rank)];
    View<T> const memory = reduction.memory();
    for (int step = 0; step < steps; ++step) {
      for (int part = parts; part-- > 0;) {
        Count const begin = elements * part / parts, end = elements * (part + 1) / parts;
        for (Count i = begin; i < end; ++i) memory.data()[i] = given<T>(rank, step, i);
        reduction.start(memory.part(begin, end - begin));
        reduction.progress();
      }
      reduction.finish();
      for (Count i = 0; i < elements; ++i)
        wrong[static_cast<std::size_t>(rank)] +=
            memory.data()[i] != sum_in_rank_order<T>(ranks, step, i);
    }
  };
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) threads.emplace_back(train, rank);
  int sum = 0;
  for (int rank = 0; rank < ranks; ++rank) {
    threads[static_cast<std::size_t>(rank)].join();
    sum += wrong[static_cast<std::size_t>(rank)];
  }
  return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("SharedMemoryReduction: every rank has the sum in rank order, bit for bit", T,
                   float, double) {
  CHECK(wrong_elements<T>(2, 100'003, 5, 3) == 0);
  CHECK(wrong_elements<T>(3, 4'099, 3, 20) == 0);
  CHECK(wrong_elements<T>(4, 65'536, 4, 10) == 0);
}

TEST_CASE("SharedMemoryReduction: parts smaller than the number of ranks, and empty ones") {
  CHECK(wrong_elements<float>(4, 3, 3, 50) == 0);
  CHECK(wrong_elements<float>(4, 1, 1, 50) == 0);
  CHECK(wrong_elements<float>(3, 2, 5, 50) == 0);
}

TEST_CASE("SharedMemoryReduction: a part is pending until all ranks have summed their slices") {
  devices::Host host;
  auto all = reductions<float>(host, 2, 64);
  auto& zero = all[0];
  auto& one = all[1];
  for (Count i = 0; i < 64; ++i) {
    zero.memory().data()[i] = 1;
    one.memory().data()[i] = 2;
  }

  zero.start(zero.memory().part(0, 64));
  zero.progress();
  CHECK(zero.pending() == 1);
  CHECK(zero.memory().data()[0] == 1);  // rank 1 has not started it
  one.start(one.memory().part(0, 64));
  zero.progress();
  CHECK(zero.pending() == 1);           // its slice is summed, the other one is not
  CHECK(one.memory().data()[0] == 3);   // rank 0's slice
  CHECK(one.memory().data()[63] == 2);  // rank 1's
  one.progress();
  CHECK(one.pending() == 0);
  zero.progress();
  CHECK(zero.pending() == 0);
  for (Count i = 0; i < 64; ++i) CHECK(zero.memory().data()[i] == 3);
}

TEST_CASE("SharedMemoryReduction: memory is aligned and says what it is") {
  devices::Host host;
  auto all = reductions<float>(host, 2, 1000);

  for (auto& one : all) {
    CHECK(reinterpret_cast<std::uintptr_t>(one.memory().data()) % 64 == 0);
    CHECK(one.memory().size() == 1000);
    CHECK(one.transport() == "shared memory of one host, each rank sums its slice");
  }
}
