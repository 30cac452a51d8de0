// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/product.hpp>
//
#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include <ai500/core/host_device.hpp>
#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

namespace {

/// a(row, k) = row + 1, b(k, column) = (column + 1) (group + 1): k alike, so each sum is depth
/// times their product.
struct Coordinates {
  float* result;  // (groups, rows, columns)

  constexpr Count groups() const { return 2; }
  constexpr Count rows() const { return 33; }
  constexpr Count columns() const { return 65; }
  constexpr Count depth() const { return 17; }

  AI500_HOST_DEVICE float a(Count, Count row, Count) const { return static_cast<float>(row + 1); }
  AI500_HOST_DEVICE float b(Count group, Count, Count column) const {
    return static_cast<float>((column + 1) * (group + 1));
  }
  AI500_HOST_DEVICE void put(Count group, Count row, Count column, float sum) const {
    result[(group * rows() + row) * columns() + column] = sum;
  }
};

}  // namespace

TEST_CASE("Product: every result of every group once, also where tiles are not full") {
  std::vector<float> result(2 * 33 * 65, -1.0f), expected;
  for (int group = 1; group <= 2; ++group)
    for (int row = 1; row <= 33; ++row)
      for (int column = 1; column <= 65; ++column)
        expected.push_back(static_cast<float>(17 * row * column * group));
  Product<Coordinates> const product{{result.data()}};

  devices::Host().for_each_block(product.blocks(), product);

  CHECK(product.blocks() == 2 * 2 * 3);
  CHECK(result == expected);
}
