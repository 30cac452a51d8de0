// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include <ai500/parallelism/placement.hpp>

using namespace ai500;

TEST_CASE("Placement: a job's ranks are consecutive") {
  Placement const placement{{3, 2}, {0, 0, 0, 1, 1, 1}, {"a", "b"}};

  CHECK(placement.ranks() == 6);
  CHECK(placement.jobs() == 3);
  CHECK(placement.nodes() == 2);
  CHECK(placement.job_of(0) == 0);
  CHECK(placement.job_of(1) == 0);
  CHECK(placement.job_of(2) == 1);
  CHECK(placement.job_of(5) == 2);
  CHECK(placement.rank_in_job(2) == 0);
  CHECK(placement.rank_in_job(5) == 1);
  CHECK(placement.first_rank(2) == 4);
}

TEST_CASE("Placement: a job's nodes are named once and in order") {
  Placement const placement{{2, 3}, {0, 0, 1, 1, 0, 1}, {"a", "b"}};

  CHECK(placement.nodes_of(0) == std::vector<int>{0, 1});
  CHECK(placement.nodes_of(1) == std::vector<int>{0, 1});
  CHECK(placement.ranks_of_nodes() == std::vector<int>{3, 3});
}

TEST_CASE("Placement: a run of one member has that job alone") {
  Placement const placement{{5, 2}, {0, 1}, {"a", "b"}, 3};

  CHECK(placement.jobs() == 1);
  CHECK(placement.job_of(0) == 3);
  CHECK(placement.job_of(1) == 3);
  CHECK(placement.rank_in_job(1) == 1);
  CHECK(placement.first_rank(3) == 0);
  CHECK(placement.nodes_of(3) == std::vector<int>{0, 1});
}
