// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

TEST_CASE("Reference: float agrees with double in every step") {
  // A float has a relative error of 6e-8; the sums here have at most some hundred terms near 1.
  check_against_reference<Reference, float>(2e-6);
}

TEST_CASE("check_against_reference: would notice a kernel that is wrong") {
  // 10 % of the greatest value expected is far more than any kernel's error; the reference against
  // itself has none.
  check_against_reference<Reference, double>(0);
}

TEST_CASE("Reference: a second run of a prepared kernel gives the same bits") {
  Random random(1);
  ConvolutionCase const c = random_convolution(random);
  StepRunner<Reference, float, steps::ConvolutionFilterGradient> step({c.window, c.groups},
                                                                      {{c.x, c.y}, {c.weight}});
  Values const x = random.numbers(c.x), dy = random.numbers(c.y), other = random.numbers(c.y);

  auto const first = step({x, dy});
  step({x, other});

  CHECK(step({x, dy}) == first);
}

}  // namespace ai500::testing
