// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/pooling_packs.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

TEST_CASE_TEMPLATE("functors: poolings of packs have the bits of those of single numbers", T, float,
                   half, bfloat16) {
  constexpr int lanes = vector_lanes<T>;
  // Two images of 5x4 pixels and 16 channels; windows of 3x3 overlap and reach over the edge.
  PoolingGeometry const g{2, {5, 4}, {3, 2}, {{3, 3}, {2, 2}, {1, 1}}, 16};
  constexpr Count in = 2 * 5 * 4 * 16, out = 2 * 3 * 2 * 16;
  REQUIRE(g.in_numbers() == in);
  REQUIRE(g.out_numbers() == out);
  // Pack asks for multiples of 16 bytes.
  alignas(16) T x[in], dy[out], of_packs[in], of_numbers[in];
  alignas(16) std::uint8_t byte[out];
  std::int32_t element[out];
  for (Count i = 0; i < in; ++i) x[i] = T(static_cast<float>(i * 37 % 101) / 8);
  for (Count i = 0; i < out; ++i) dy[i] = T(static_cast<float>(i * 29 % 67) / 16);
  devices::Host const host;
  auto same = [&](Count n) { return std::equal(of_packs, of_packs + n, of_numbers); };

  host.for_each(out, MaxPooling<T>{x, of_numbers, element, g});
  host.for_each(out / lanes, MaxPoolingOfPacks<T, lanes>{x, of_packs, byte, g});
  CHECK(same(out));
  host.for_each(in, MaxPoolingGradient<T>{dy, element, of_numbers, g});
  host.for_each(in / lanes, MaxPoolingGradientOfPacks<T, lanes>{dy, byte, of_packs, g});
  CHECK(same(in));
  host.for_each(out, AveragePooling<T>{x, of_numbers, g});
  host.for_each(out / lanes, AveragePoolingOfPacks<T, lanes>{x, of_packs, g});
  CHECK(same(out));
  host.for_each(in, AveragePoolingGradient<T>{dy, of_numbers, g});
  host.for_each(in / lanes, AveragePoolingGradientOfPacks<T, lanes>{dy, of_packs, g});
  CHECK(same(in));
}
