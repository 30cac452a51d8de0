// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/join_rows.hpp>
//
#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include <ai500/devices/blocks.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

TEST_CASE("join_rows: joins halves of the rows to halves, column by column") {
  std::vector<std::pair<int, int>> joined;

  join_rows(EmulatedBlock<8>(0), 4, 2, [&](int thread, int other) {
    joined.push_back({thread, other});
  });

  CHECK(joined == std::vector<std::pair<int, int>>{{0, 4}, {1, 5}, {2, 6}, {3, 7}, {0, 2}, {1, 3}});
}

TEST_CASE("join_rows: one row has it all") {
  join_rows(EmulatedBlock<8>(0), 1, 8, [](int, int) { FAIL("nothing is to be joined"); });
}
