// SPDX-License-Identifier: Apache-2.0
/// @file Reductions of several processes: in shared memory and by messages.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include <ai500/collectives/mpi_messages.hpp>

#include "../collectives/given_numbers.hpp"
#include "world.hpp"

using namespace ai500;
using collectives::Mpi;
using test::given;
using test::sum_in_rank_order;

namespace {

/// One step: parts from the back, some work between them; the sums are checked by `is_right`.
template <class T, class Reduction, class IsRight>
int wrong_after_step(Reduction& reduction, int rank, int parts, int step, IsRight is_right) {
  View<T> const memory = reduction.memory();
  Count const elements = memory.size();
  for (int part = parts; part-- > 0;) {
    Count const begin = elements * part / parts, end = elements * (part + 1) / parts;
    for (Count i = begin; i < end; ++i) memory.data()[i] = given<T>(rank, step, i);
    reduction.start(memory.part(begin, end - begin));
    reduction.progress();
  }
  reduction.finish();
  CHECK(reduction.pending() == 0);
  int wrong = 0;
  for (Count i = 0; i < elements; ++i) wrong += !is_right(memory.data()[i], i);
  return wrong;
}

/// Whether all ranks have the same bits.
template <class T>
bool same_bits(Mpi::Communicator& world, View<T> values) {
  std::string const mine(reinterpret_cast<char const*>(values.data()),
                         static_cast<std::size_t>(values.size()) * sizeof(T));
  for (std::string const& other : world.allgather(mine))
    if (other != mine) return false;
  return true;
}

template <class T>
void check_shared_memory(Mpi::Communicator world, Count elements, int parts) {
  devices::Host host;
  auto reduction = world.template reduction<T>(host, elements);
  REQUIRE(reduction.memory().size() == elements);
  for (int step = 0; step < 4; ++step) {
    CHECK(wrong_after_step<T>(reduction, world.rank(), parts, step, [&](T sum, Count i) {
            return sum == sum_in_rank_order<T>(world.size(), step, i);
          }) == 0);
    CHECK(same_bits(world, reduction.memory()));
  }
}

template <class T>
void check_messages(Count elements, int parts) {
  Mpi::Communicator world(MPI_COMM_WORLD, Mpi::OneHost::by_messages);
  devices::Host host;
  auto reduction = world.template reduction<T>(host, elements);
  T const rounding = static_cast<T>(world.size()) * (sizeof(T) == 4 ? T(1e-6) : T(1e-15));
  for (int step = 0; step < 4; ++step) {
    CHECK(wrong_after_step<T>(reduction, world.rank(), parts, step, [&](T sum, Count i) {
            T const expected = sum_in_rank_order<T>(world.size(), step, i);
            return std::abs(sum - expected) <= rounding * expected;
          }) == 0);
    CHECK(same_bits(world, reduction.memory()));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("Mpi: reductions in shared memory are sums in rank order, bit for bit", T, float,
                   double) {
  check_shared_memory<T>(testing::world(), 1'000'003, 7);
  check_shared_memory<T>(testing::world(), 4096, 4);
}

TEST_CASE("Mpi: reductions of less than one element a rank") {
  for (Count elements : {Count{1}, Count{2}, Count{3}, Count{5}})
    for (int parts : {1, 2, 5}) check_shared_memory<float>(testing::world(), elements, parts);
  check_messages<float>(1, 1);
  check_messages<float>(3, 5);
}

TEST_CASE_TEMPLATE("MpiMessages: reductions by messages are sums, with the same bits on all ranks",
                   T, float, double) {
  check_messages<T>(1'000'003, 3);
  check_messages<T>(2'500'001, 1);  // several pieces a part
}

TEST_CASE("Mpi: jobs side by side reduce their own") {
  auto world = testing::world();
  int const jobs = world.size() >= 2 ? 2 : 1;
  auto job = world.split(world.rank() * jobs / world.size());

  check_shared_memory<float>(job, 100'001, 5);
}

TEST_CASE("Mpi: a rank that comes late finds nothing overwritten, and nobody waits for ever") {
  auto world = testing::world();
  devices::Host host;
  auto reduction = world.template reduction<float>(host, 64);
  for (int step = 0; step < 200; ++step) {
    // The ranks take turns in being late by a few steps' work.
    if (step % world.size() == world.rank()) {
      double volatile work = 0;
      for (int i = 0; i < 100'000; ++i) work = work + i;
    }
    CHECK(wrong_after_step<float>(reduction, world.rank(), 2, step, [&](float sum, Count i) {
            return sum == sum_in_rank_order<float>(world.size(), step, i);
          }) == 0);
  }
}

TEST_CASE("Mpi: a reduction says how it is made") {
  auto world = testing::world();
  Mpi::Communicator messages(MPI_COMM_WORLD, Mpi::OneHost::by_messages);
  devices::Host host;
  std::string const in_memory = world.template reduction<float>(host, 10).transport();
  std::string const by_messages = messages.template reduction<float>(host, 10).transport();

  if (world.size() == 1) {
    CHECK(in_memory == "none: one rank");
    CHECK(by_messages == "none: one rank");
  } else {
    CHECK(in_memory.starts_with("shared memory of one host"));
    CHECK(by_messages.starts_with("MPI_Iallreduce"));
  }
  CHECK(messages.split(0).template reduction<float>(host, 10).transport() == by_messages);
}

TEST_CASE("Mpi: two reductions at once do not meet") {
  auto world = testing::world();
  devices::Host host;
  auto a = world.template reduction<double>(host, 100);
  auto b = world.template reduction<float>(host, 33);
  for (Count i = 0; i < 100; ++i) a.memory().data()[i] = 1;
  for (Count i = 0; i < 33; ++i) b.memory().data()[i] = 2;

  a.start(a.memory());
  b.start(b.memory());
  b.finish();
  a.finish();

  CHECK(a.memory().data()[99] == world.size());
  CHECK(b.memory().data()[32] == 2.0f * static_cast<float>(world.size()));
}
