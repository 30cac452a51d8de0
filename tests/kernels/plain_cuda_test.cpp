// SPDX-License-Identifier: Apache-2.0
// The kernels of GPUs, run block by block and thread by thread on the host.
#include <ai500/kernels/plain_cuda.hpp>
//
#include "plain_cuda.hpp"

#include <doctest/doctest.h>

#include "emulated.hpp"

namespace ai500::testing {

TEST_CASE_TEMPLATE("PlainCuda: every kernel is the reference's but for rounding", T, float, half,
                   bfloat16) {
  check_plain_cuda(&any_kernels<Emulated, T>);
}

TEST_CASE_TEMPLATE("PlainCuda: fused normalizations give what their parts give", T, float, half,
                   bfloat16) {
  check_fused_normalization(&any_kernels<Emulated, T>);
}

TEST_CASE("PlainCuda: statistics keep their digits far from 0") {
  check_far_mean(&any_kernels<Emulated, float>);
}

TEST_CASE_TEMPLATE("PlainCuda: reorders, stored weights, cross-entropy with a loss scale", T, float,
                   half, bfloat16) {
  check_reorder(&any_kernels<Emulated, T>);
  check_stored_weights(&any_kernels<Emulated, T>);
  check_cross_entropy(&any_kernels<Emulated, T>);
}

TEST_CASE("PlainCuda: says what it does not compute") {
  SeparateMemory device;
  using Statistics = kernels::plain_cuda::NormalizationStatistics<SeparateMemory>;
  Shapes plain{{{2, 8, 3, 3}}, {{.items = 2, .channels = 8}}, {}};
  Shapes last = plain;
  last.layouts.reads = {Layout::channels_last};

  CHECK_THROWS_WITH_AS(Statistics::prepare(device, {}, plain, {}), doctest::Contains("NHWC"),
                       GraphError);
  CHECK_THROWS_WITH_AS(
      Statistics::prepare(device, {}, last, {NumberType::float64, NumberType::float64}),
      doctest::Contains("not in float64"), Error);
  CHECK(Emulated::name() == "plain cuda");
}

}  // namespace ai500::testing
