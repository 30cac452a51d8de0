// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <ai500/collectives/agree.hpp>
#include <ai500/core/error.hpp>

#include "world.hpp"

using namespace ai500;

TEST_CASE_TEMPLATE("Mpi: an all-reduce leaves the sum on every rank, also of many pieces", T, float,
                   double) {
  auto world = testing::world();
  int const size = world.size();
  for (Count n : {Count{1}, Count{1000}, Count{3'000'001}}) {
    std::vector<T> values(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<T>(i % 100 + 1) * static_cast<T>(world.rank() + 1);

    world.allreduce(View<T>(values.data(), n));

    bool right = true;
    for (std::size_t i = 0; i < values.size(); ++i)
      right =
          right && values[i] == static_cast<T>(i % 100 + 1) * static_cast<T>(size * (size + 1) / 2);
    CHECK(right);
  }
}

TEST_CASE("Mpi: maximum, bcast and allgather") {
  auto world = testing::world();
  int const last = world.size() - 1;

  CHECK(world.maximum(world.rank() * 1.5) == last * 1.5);
  CHECK(world.bcast("rank " + std::to_string(world.rank()), last) ==
        "rank " + std::to_string(last));
  CHECK(world.bcast("", 0) == "");
  auto const all = world.allgather(std::string(static_cast<std::size_t>(world.rank()), 'x'));
  REQUIRE(all.size() == static_cast<std::size_t>(world.size()));
  for (std::size_t rank = 0; rank < all.size(); ++rank) CHECK(all[rank] == std::string(rank, 'x'));
}

TEST_CASE("Mpi: split makes communicators of one color each, in rank order") {
  auto world = testing::world();
  auto part = world.split(world.rank() % 2);

  CHECK(part.rank() == world.rank() / 2);
  CHECK(part.size() == (world.size() + 1 - world.rank() % 2) / 2);
  double one = 1;
  part.allreduce(View<double>(&one, 1));
  CHECK(one == part.size());
}

TEST_CASE("agree: an error of one rank is thrown on all, with its message") {
  auto world = testing::world();
  int const last = world.size() - 1;
  auto fail_on = [&](int rank) {
    agree(world, [&] {
      if (world.rank() == rank)
        throw DataError("file of rank " + std::to_string(rank) + " is missing");
    });
  };

  CHECK_THROWS_WITH_AS(
      fail_on(last), ("file of rank " + std::to_string(last) + " is missing").c_str(), AgreedError);
  CHECK_THROWS_AS(fail_on(0), AgreedError);
  CHECK_NOTHROW(fail_on(last + 1));
}

TEST_CASE(
    "agree: of several errors the lowest rank's is thrown; usage errors keep their exit code") {
  auto world = testing::world();
  try {
    agree(world, [&] { throw UsageError("rank " + std::to_string(world.rank())); });
    FAIL("nothing was thrown");
  } catch (AgreedError const& error) {
    CHECK(std::string(error.what()) == "rank 0");
    CHECK(error.exit_code() == 2);
  }
}

TEST_CASE("mpi::check: names the function that failed") {
  CHECK_NOTHROW(collectives::mpi::check(MPI_SUCCESS, "MPI_Barrier"));
  CHECK_THROWS_WITH_AS(collectives::mpi::check(MPI_ERR_COUNT, "MPI_Allreduce"),
                       doctest::Contains("MPI_Allreduce: "), CollectiveError);
}
