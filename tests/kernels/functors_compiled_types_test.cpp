// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/compiled_types.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;

TEST_CASE("functors: the types that are compiled for GPUs, one at a time or 16 bytes") {
  CHECK(cuda::ActivationNumber<half>);
  CHECK_FALSE(cuda::ActivationNumber<double>);
  CHECK(cuda::MovesLanes<float, 1>);
  CHECK(cuda::MovesLanes<float, 4>);
  CHECK_FALSE(cuda::MovesLanes<float, 8>);
  CHECK(cuda::MovesPacks<bfloat16, 8>);
  CHECK_FALSE(cuda::MovesPacks<bfloat16, 1>);
}
