// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/column_sums.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

TEST_CASE_TEMPLATE("ColumnSums: over all rows, also where they are no multiple of eight", T, float,
                   half, bfloat16) {
  for (Count rows : {1, 8, 11}) {
    std::vector<T> matrix;
    for (Count i = 0; i < 2 * rows; ++i)
      matrix.push_back(T(static_cast<float>(i % 2 == 0 ? 1 : -3)));
    float sums[2]{};

    devices::Host().for_each(2, ColumnSums<T>{matrix.data(), sums, rows, 2});

    CHECK(sums[0] == static_cast<float>(rows));
    CHECK(sums[1] == static_cast<float>(-3 * rows));
  }
}
