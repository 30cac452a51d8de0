// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/element_wise.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

TEST_CASE("Relu: keeps what is positive and makes the rest zero") {
  Shape const shape{1, 1, 1, 4};

  auto const y = run_step<Reference, float>(steps::Relu{}, {{shape}, {shape}}, {{-2, 0, 3, -0.5}});

  CHECK(y[0] == Values{0, 0, 3, 0});
}

TEST_CASE("Relu: what is not a number stays so") {
  devices::Host host;
  float x = std::numeric_limits<float>::quiet_NaN(), y = 0;
  void *read = &x, *write = &y;

  kernels::reference::Relu::prepare(host, {}, {{{}}, {{}}}, {})
      .run(Arguments({&read, 1}, {&write, 1}));

  CHECK(std::isnan(y));
}

TEST_CASE("ReluGradient: lets dy through where y is positive") {
  Shape const shape{1, 1, 1, 4};

  auto const dx = run_step<Reference, float>(steps::ReluGradient{}, {{shape, shape}, {shape}},
                                             {{1, 2, 3, 4}, {0, 0, 3, 0.5}});

  CHECK(dx[0] == Values{0, 0, 3, 4});
}

TEST_CASE("Relu: its gradient equals finite differences on random shapes") {
  Random random(1);
  for (int i = 0; i < gradient_cases; ++i) {
    auto const one = random_case<steps::Relu>(random);
    Shape const shape = one.shapes.reads[0];
    Values const x = random.numbers(shape), dy = random.numbers(shape);  // |x| >= 0.05: no kink
    StepRunner<Reference, double, steps::Relu> forward(one.what, one.shapes);

    auto const dx = run_step<Reference, double>(steps::ReluGradient{}, {{shape, shape}, {shape}},
                                                {dy, forward({x})[0]});

    CHECK(relative_error(dx[0],
                         numeric_gradient([&](Values const& v) { return dot(forward({v})[0], dy); },
                                          x)) <= gradient_tolerance);
  }
}

TEST_CASE("Add: and the sum of gradients and the accumulation add each element") {
  Shape const shape{1, 3, 1, 1};
  Shapes const shapes{{shape, shape}, {shape}};
  std::vector<Values> const two{{1, 2, 3}, {10, -20, 0.5}};

  CHECK(run_step<Reference, float>(steps::Add{}, shapes, two)[0] == Values{11, -18, 3.5});
  CHECK(run_step<Reference, float>(steps::SumGradients{}, shapes, two)[0] == Values{11, -18, 3.5});
  // StepRunner gives Accumulate one place for the sum that is read and the one that is written.
  CHECK(run_step<Reference, float>(steps::Accumulate{}, shapes, two)[0] == Values{11, -18, 3.5});
}

TEST_CASE("Add: every element of sizes around a register's, in place too") {
  for (Count n = 1; n < 70; ++n) {
    Shape const shape{.items = n};
    Random random(static_cast<std::uint64_t>(n));
    Values const a = random.numbers(shape), b = random.numbers(shape);
    Values expected;
    for (std::size_t i = 0; i < a.size(); ++i) expected.push_back(a[i] + b[i]);
    Shapes const shapes{{shape, shape}, {shape}};

    CHECK(run_step<Reference, double>(steps::Add{}, shapes, {a, b})[0] == expected);
    CHECK(run_step<Reference, double>(steps::Accumulate{}, shapes, {a, b})[0] == expected);
  }
}

TEST_CASE("Add: shapes that differ are named") {
  devices::Host host;

  CHECK_THROWS_WITH_AS(kernels::reference::Add::prepare(
                           host, {}, {{{1, 2, 3, 4}, {1, 2, 4, 3}}, {{1, 2, 3, 4}}}, {}),
                       "add: the second summand is 1x2x4x3 and must be 1x2x3x4 "
                       "(reads 1x2x3x4, 1x2x4x3; writes 1x2x3x4)",
                       GraphError);
  CHECK_THROWS_WITH_AS(
      kernels::reference::Relu::prepare(host, {}, {{{0, 2, 3, 4}}, {{0, 2, 3, 4}}}, {}),
      doctest::Contains("relu: every extent must be positive"), GraphError);
}

TEST_CASE("typed: the reference computes in float or double throughout, nothing else") {
  devices::Host host;
  using enum NumberType;
  Shapes const shapes{{{}}, {{}}};

  CHECK_THROWS_WITH_AS(
      kernels::reference::Relu::prepare(host, {}, shapes, {float32, float64}),
      "kernels::Reference: relu is computed in float32 or in float64, not in float32 with "
      "parameters in float64",
      Error);
  CHECK_THROWS_AS(kernels::reference::Relu::prepare(host, {}, shapes, {int32, int32}), Error);
  CHECK(Reference::Traits::computes_in({float32, float32}));
  CHECK(Reference::Traits::computes_in({float64, float64}));
  CHECK_FALSE(Reference::Traits::computes_in({float32, float64}));
  CHECK_FALSE(Reference::Traits::computes_in({int32, int32}));
}

}  // namespace ai500::testing
