// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/datasets/require.hpp>

using namespace ai500;

TEST_CASE("require_sample: the last sample is there, the next is not") {
  CHECK_NOTHROW(datasets::require_sample(9, 10, "data"));
  CHECK_THROWS_WITH_AS(datasets::require_sample(10, 10, "data"),
                       "data: sample 10 was asked for, this split has 10, numbered from 0",
                       UsageError);
  CHECK_THROWS_AS(datasets::require_sample(0, 0, "data"), UsageError);
}

TEST_CASE("require_one_image: exactly one image fits") {
  constexpr ImageShape shape{.channels = 3, .height = 4, .width = 5};

  CHECK_NOTHROW(datasets::require_one_image(60, shape, "data"));
  CHECK_THROWS_WITH_AS(datasets::require_one_image(59, shape, "data"),
                       "data: an image has 3 x 4 x 5 = 60 values, the buffer given holds 59",
                       UsageError);
  CHECK_THROWS_AS(datasets::require_one_image(120, shape, "data"), UsageError);
}
