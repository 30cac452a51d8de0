// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/sum.hpp>
//
#include <doctest/doctest.h>

namespace ai500::testing {

using kernels::reference::channel_sum;
using kernels::reference::sum;

TEST_CASE("sum: every term once, whatever their number") {
  for (Count n = 0; n < 40; ++n)
    CHECK(sum(n, [](Count i) { return i + 1; }) == static_cast<double>(n * (n + 1) / 2));
}

TEST_CASE("sum: floats are added as doubles") {
  // 2^24 + 1 is no float.
  CHECK(sum(9, [](Count i) { return i == 0 ? 16777216.0f : 1.0f; }) == 16777224.0);
}

TEST_CASE("channel_sum: the channel's planes of all items") {
  Shape const x{2, 3, 1, 2};

  // the flat indices of channel 1: 2, 3 and 8, 9
  CHECK(channel_sum(x, 1, [](Count i) { return i; }) == 22);
}

}  // namespace ai500::testing
