// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/threads.hpp>
//
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <ai500/collectives/agree.hpp>
#include <ai500/core/error.hpp>

#include "given_numbers.hpp"
#include "ranks_as_threads.hpp"

using namespace ai500;
using testing::run_as_threads;
using World = collectives::Threads::Communicator;

TEST_CASE("Threads: as many ranks as asked for, else one for each accelerator, else one") {
  auto ranks_of = [](JoinRequest const& request) {
    int argc = 0;
    char** argv = nullptr;
    std::atomic<int> ranks = 0;
    collectives::Threads::Session session(argc, argv, request);
    session.run_ranks([&](World& world) {
      ++ranks;
      CHECK(world.size() >= 1);
    });
    return ranks.load();
  };

  CHECK(ranks_of({.ranks = 3, .accelerators = 8}) == 3);
  CHECK(ranks_of({.accelerators = 4}) == 4);
  CHECK(ranks_of({}) == 1);
}

TEST_CASE("Threads: rank 0 is the caller, every other rank a thread of its own") {
  std::vector<std::thread::id> threads(4);
  run_as_threads(4, [&](World& world) {
    threads[static_cast<std::size_t>(world.rank())] = std::this_thread::get_id();
  });

  CHECK(threads[0] == std::this_thread::get_id());
  CHECK(std::set<std::thread::id>(threads.begin(), threads.end()).size() == 4);
}

TEST_CASE("Threads: bcast, allgather and maximum") {
  run_as_threads(3, [](World& world) {
    for (int round = 0; round < 50; ++round) {
      std::string const mine(static_cast<std::size_t>(world.rank() + round), 'x');
      CHECK(world.bcast(mine, round % 3).size() == static_cast<std::size_t>(round % 3 + round));
      auto const all = world.allgather(mine);
      REQUIRE(all.size() == 3);
      for (std::size_t rank = 0; rank < 3; ++rank)
        CHECK(all[rank].size() == rank + static_cast<std::size_t>(round));
      CHECK(world.maximum(-1.5 * world.rank()) == 0);
      CHECK(world.maximum(world.rank() + round) == 2 + round);
    }
  });
}

TEST_CASE_TEMPLATE("Threads: an all-reduce is the sum in rank order, bit for bit", T, float,
                   double) {
  for (int ranks : {1, 2, 3, 4})
    run_as_threads(ranks, [](World& world) {
      for (Count n : {Count{0}, Count{1}, Count{3}, Count{100'003}}) {
        std::vector<T> values(static_cast<std::size_t>(n));
        for (Count i = 0; i < n; ++i)
          values[static_cast<std::size_t>(i)] = test::given<T>(world.rank(), 1, i);

        world.allreduce(View<T>(values.data(), n));

        Count wrong = 0;
        for (Count i = 0; i < n; ++i)
          wrong +=
              values[static_cast<std::size_t>(i)] != test::sum_in_rank_order<T>(world.size(), 1, i);
        CHECK(wrong == 0);
      }
    });
}

TEST_CASE("Threads: split makes communicators of one color each, in rank order") {
  run_as_threads(5, [](World& world) {
    World part = world.split(world.rank() % 2);
    World single = part.split(part.rank());

    CHECK(part.rank() == world.rank() / 2);
    CHECK(part.size() == (world.rank() % 2 == 0 ? 3 : 2));
    CHECK(part.maximum(world.rank()) == (world.rank() % 2 == 0 ? 4 : 3));
    CHECK(single.size() == 1);
    CHECK(single.rank() == 0);
    single.barrier();
  });
}

TEST_CASE("Threads: reductions sum in the memory that processes would sum in") {
  run_as_threads(4, [](World& world) {
    devices::Host host;
    auto reduction = world.reduction<float>(host, 10'007);
    View<float> const memory = reduction.memory();
    for (int step = 0; step < 20; ++step) {
      for (int part = 4; part-- > 0;) {
        Count const begin = 10'007 * part / 4, end = 10'007 * (part + 1) / 4;
        for (Count i = begin; i < end; ++i)
          memory.data()[i] = test::given<float>(world.rank(), step, i);
        reduction.start(memory.part(begin, end - begin));
        reduction.progress();
      }
      reduction.finish();
      Count wrong = 0;
      for (Count i = 0; i < memory.size(); ++i)
        wrong += memory.data()[i] != test::sum_in_rank_order<float>(4, step, i);
      CHECK(wrong == 0);
    }
    CHECK(reduction.transport() == "shared memory of one host, each rank sums its slice");
    CHECK(world.split(world.rank()).reduction<float>(host, 3).transport() == "none: one rank");
  });
}

TEST_CASE("Threads: an error on which all agree is thrown once") {
  CHECK_THROWS_WITH_AS(run_as_threads(3,
                                      [](World& world) {
                                        agree(world, [&] {
                                          if (world.rank() == 1) throw DataError("not there");
                                        });
                                      }),
                       "not there", AgreedError);
}

TEST_CASE("Threads: a rank that throws ends those that wait for it, and its error is the run's") {
  std::atomic<int> told = 0;
  auto wait_for = [&](World& world, auto collective) {
    if (world.rank() == 2) throw DataError("the file is gone");
    try {
      collective();
    } catch (CollectiveError const& error) {
      CHECK(std::string(error.what()).find("rank 2 has ended: the file is gone") !=
            std::string::npos);
      ++told;
      throw;
    }
  };

  CHECK_THROWS_WITH_AS(
      run_as_threads(4, [&](World& world) { wait_for(world, [&] { world.barrier(); }); }),
      "the file is gone", DataError);
  CHECK(told == 3);
  CHECK_THROWS_WITH_AS(
      run_as_threads(4, [&](World& world) { wait_for(world, [&] { world.split(0); }); }),
      "the file is gone", DataError);
  CHECK(told == 6);
}

TEST_CASE("Threads: so does one that throws while the others wait for its part of a sum") {
  auto train = [](World& world) {
    devices::Host host;
    auto reduction = world.reduction<float>(host, 64);
    reduction.start(reduction.memory());
    if (world.rank() == 1) throw DataError("rank 1 is lost");
    reduction.finish();
  };

  CHECK_THROWS_WITH_AS(run_as_threads(3, train), "rank 1 is lost", DataError);
}

TEST_CASE("Threads: a rank that ends while others wait for it is an error, not a hang") {
  CHECK_THROWS_WITH_AS(run_as_threads(2,
                                      [](World& world) {
                                        if (world.rank() == 0) world.barrier();
                                      }),
                       doctest::Contains("rank 1 has ended, though others wait for it"),
                       CollectiveError);
}

TEST_CASE("Threads: who ended with an error is named, not who ended because of it") {
  std::atomic<bool> rank_0_leaves = false;
  CHECK_THROWS_WITH_AS(
      run_as_threads(3,
                     [&](World& world) {
                       if (world.rank() == 2) throw DataError("the file is gone");
                       if (world.rank() == 1) {
                         while (!rank_0_leaves) std::this_thread::yield();
                         std::this_thread::sleep_for(std::chrono::milliseconds(50));
                       }
                       CHECK_THROWS_WITH_AS(world.barrier(), "rank 2 has ended: the file is gone",
                                            CollectiveError);
                       rank_0_leaves = true;  // in order
                     }),
      "the file is gone", DataError);
}

TEST_CASE("Threads: a rank that throws leaves other jobs alone") {
  std::atomic<int> done = 0;
  CHECK_THROWS_AS(run_as_threads(4,
                                 [&](World& world) {
                                   World job = world.split(world.rank() / 2);
                                   if (world.rank() == 0) throw DataError("job 0 is lost");
                                   for (int i = 0; i < 100; ++i) job.barrier();
                                   ++done;
                                 }),
                  DataError);

  CHECK(done == 2);
}
