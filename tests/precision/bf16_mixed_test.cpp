// SPDX-License-Identifier: Apache-2.0
#include <ai500/precision/bf16_mixed.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;

TEST_CASE("Bf16Mixed: 16 bits to compute in, 32 to keep and to send, and no loss to scale") {
  CHECK(number_type<precision::Bf16Mixed::compute> == NumberType::bfloat16);
  CHECK(number_type<precision::Bf16Mixed::accumulate> == NumberType::float32);
  CHECK(number_type<precision::Bf16Mixed::message> == NumberType::float32);
  CHECK_FALSE(ScalesLoss<precision::Bf16Mixed>);
}
