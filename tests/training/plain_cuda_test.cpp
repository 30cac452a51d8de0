// SPDX-License-Identifier: Apache-2.0
// Whole trainings by the kernels of GPUs, which the host runs thread by thread.
#include "plain_cuda.hpp"
//
#include <doctest/doctest.h>

#include "../kernels/emulated.hpp"

namespace ai500::testing {

TEST_CASE_TEMPLATE("PlainCuda: a training step of SmallResNet is the reference's, fused or not", T,
                   float, half, bfloat16) {
  check_training_step<Emulated, T>();
}

TEST_CASE_TEMPLATE("PlainCuda: an evaluation has the reference's probabilities", T, float, half,
                   bfloat16) {
  check_evaluation<Emulated, T>();
}

TEST_CASE("PlainCuda: a training in FP32 has the losses of the reference") {
  check_training<Emulated>();
}

TEST_CASE("PlainCuda: a training in mixed FP16, loss scaled, learns as one in FP32") {
  check_mixed_training<Emulated>();
}

}  // namespace ai500::testing
