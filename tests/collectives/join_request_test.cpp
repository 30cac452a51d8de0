// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/join_request.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;

TEST_CASE("refuse_ranks: only ranks that are asked for, and it says what would be right") {
  CHECK_NOTHROW(refuse_ranks({}, "no"));
  CHECK_NOTHROW(refuse_ranks({.accelerators = 8}, "no"));
  CHECK_THROWS_WITH_AS(refuse_ranks({.ranks = 4}, "start them with mpirun -n"),
                       "--ranks 4: start them with mpirun -n", UsageError);
}
