// SPDX-License-Identifier: Apache-2.0
#include <ai500/precision/dynamic_loss_scaling.hpp>
//
#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>

using namespace ai500;

TEST_CASE("DynamicLossScaling: powers of two, so that scaling rounds nothing") {
  precision::DynamicLossScaling const policy{};
  for (double factor : {policy.initial, policy.growth, policy.backoff, policy.largest}) {
    int exponent = 0;
    CHECK(std::frexp(factor, &exponent) == 0.5);
  }
}
