// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/filters.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/graph/layout.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

TEST_CASE_TEMPLATE("PlainFilter: puts a filter's channels before its window, less the padding", T,
                   float, half, bfloat16) {
  for (Count stored_channels : {3, 4}) {
    Shape const shape{2, 3, 2, 5}, stored_shape{2, stored_channels, 2, 5};
    std::vector<T> stored(static_cast<std::size_t>(stored_shape.elements()), T(-1));
    std::vector<float> expected(static_cast<std::size_t>(shape.elements()));
    for (Count f = 0; f < 2; ++f)
      for (Count c = 0; c < 3; ++c)
        for (Count h = 0; h < 2; ++h)
          for (Count w = 0; w < 5; ++w) {
            Count const i = element_index(Layout::plain, shape, f, c, h, w);
            expected[static_cast<std::size_t>(i)] = static_cast<float>(i);
            stored[static_cast<std::size_t>(element_index(Layout::channels_last, stored_shape, f, c,
                                                          h, w))] = T(static_cast<float>(i));
          }
    std::vector<float> plain(expected.size());

    devices::Host().for_each(shape.elements(), PlainFilter<T, float>{stored.data(), plain.data(), 3,
                                                                     stored_channels, 2 * 5});

    CHECK(plain == expected);
  }
}

TEST_CASE_TEMPLATE("PaddedChannels: zeros behind each pixel's channels", T, float, half, bfloat16) {
  std::vector<T> const x{T(1.0f), T(2.0f), T(3.0f), T(4.0f), T(5.0f), T(6.0f)};
  std::vector<T> padded(8, T(-1.0f));

  devices::Host().for_each(2, PaddedChannels<T>{x.data(), padded.data(), 3, 4});

  std::vector<float> numbers(padded.begin(), padded.end());
  CHECK(numbers == std::vector<float>{1, 2, 3, 0, 4, 5, 6, 0});
}
