// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/element_wise_packs.hpp>
//
#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/functors/element_wise.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

TEST_CASE_TEMPLATE("ReluOfPacks, ReluGradientOfPacks, SumOfPacks: have the bits of single numbers",
                   T, float, half, bfloat16) {
  constexpr int lanes = vector_lanes<T>;
  constexpr Count n = 2 * lanes;
  // Pack asks for multiples of 16 bytes.
  alignas(16) T a[n], b[n], packs[n], numbers[n];
  for (Count i = 0; i < n; ++i) {
    a[i] = T(static_cast<float>(i % 5) - 2.25f);
    b[i] = T(1.0f / static_cast<float>(i + 3));
  }
  a[1] = T(std::numeric_limits<float>::quiet_NaN());
  devices::Host const host;
  auto same_bits = [&] {
    bool same = true;
    for (Count i = 0; i < n; ++i)
      same = same && (packs[i] == numbers[i] || (packs[i] != packs[i] && numbers[i] != numbers[i]));
    return same;
  };

  host.for_each(n, Relu<T>{a, numbers});
  host.for_each(2, ReluOfPacks<T, lanes>{a, packs});
  CHECK(same_bits());
  host.for_each(n, ReluGradient<T>{b, a, numbers});
  host.for_each(2, ReluGradientOfPacks<T, lanes>{b, a, packs});
  CHECK(same_bits());
  host.for_each(n, Sum<T>{a, b, numbers});
  host.for_each(2, SumOfPacks<T, lanes>{a, b, packs});
  CHECK(same_bits());
}
