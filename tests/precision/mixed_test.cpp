// SPDX-License-Identifier: Apache-2.0
#include <ai500/precision/mixed.hpp>
//
#include <doctest/doctest.h>

#include <ai500/precision/fp32.hpp>

using namespace ai500;

TEST_CASE("Mixed: 16 bits to compute in, 32 to keep, and a loss that is scaled") {
  CHECK(number_type<precision::Mixed::compute> == NumberType::float16);
  CHECK(number_type<precision::Mixed::accumulate> == NumberType::float32);
  CHECK(number_type<precision::MixedWithMessages<half>::message> == NumberType::float16);
  CHECK(ScalesLoss<precision::Mixed>);
  CHECK_FALSE(ScalesLoss<precision::Fp32>);
}
