// SPDX-License-Identifier: Apache-2.0
// Every kernel of kernels::PlainCuda on the GPU, and whole trainings by it, against the reference.
#include <ai500/kernels/plain_cuda.hpp>
//
#include <doctest/doctest.h>

#include "../kernels/plain_cuda.hpp"
#include "../training/plain_cuda.hpp"

namespace ai500::testing {

using kernels::PlainCuda;

TEST_CASE_TEMPLATE("PlainCuda: every kernel is the reference's but for rounding", T, float, half,
                   bfloat16) {
  check_plain_cuda(&any_kernels<PlainCuda, T>);
}

TEST_CASE_TEMPLATE("PlainCuda: fused normalizations give what their parts give", T, float, half,
                   bfloat16) {
  check_fused_normalization(&any_kernels<PlainCuda, T>);
}

TEST_CASE("PlainCuda: statistics keep their digits far from 0") {
  check_far_mean(&any_kernels<PlainCuda, float>);
}

TEST_CASE_TEMPLATE("PlainCuda: reorders, stored weights, cross-entropy with a loss scale", T, float,
                   half, bfloat16) {
  check_reorder(&any_kernels<PlainCuda, T>);
  check_stored_weights(&any_kernels<PlainCuda, T>);
  check_cross_entropy(&any_kernels<PlainCuda, T>);
}

TEST_CASE_TEMPLATE("PlainCuda: a training step of SmallResNet is the reference's, fused or not", T,
                   float, half, bfloat16) {
  check_training_step<PlainCuda, T>();
}

TEST_CASE_TEMPLATE("PlainCuda: an evaluation has the reference's probabilities", T, float, half,
                   bfloat16) {
  check_evaluation<PlainCuda, T>();
}

TEST_CASE("PlainCuda: a training in FP32 has the losses of the reference") {
  check_training<PlainCuda>();
}

TEST_CASE("PlainCuda: a training in mixed FP16, loss scaled, learns as one in FP32") {
  check_mixed_training<PlainCuda>();
}

}  // namespace ai500::testing
