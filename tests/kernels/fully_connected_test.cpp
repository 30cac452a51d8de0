// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/fully_connected.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

namespace {

/// Two items of two elements (2 channels, or 1 x 2), three outputs.
struct SmallLayer {
  Shape x{2, 2, 1, 1}, weight{3, 2, 1, 1}, bias{3, 1, 1, 1}, y{2, 3, 1, 1};
  Values input{1, 2, 3, 4};
  Values matrix{1, 0, 0, 1, 10, 100};
};

}  // namespace

TEST_CASE("FullyConnected: weight times each item, plus the bias") {
  SmallLayer const s;

  auto const y = run_step<Reference, float>(
      steps::FullyConnected{}, {{s.x, s.weight, s.bias}, {s.y}}, {s.input, s.matrix, {0.5, 0, -1}});

  CHECK(y[0] == Values{1.5, 2, 209, 3.5, 4, 429});
}

TEST_CASE("FullyConnected: takes all the elements of an item") {
  auto const y = run_step<Reference, float>(
      steps::FullyConnected{}, {{{1, 2, 1, 2}, {1, 4, 1, 1}, {1, 1, 1, 1}}, {{1, 1, 1, 1}}},
      {{1, 2, 3, 4}, {1, 10, 100, 1000}, {0}});

  CHECK(y[0] == Values{4321});
}

TEST_CASE("FullyConnected: its gradients are what a hand computes") {
  SmallLayer const s;
  Values const dy{1, 2, 3, 4, 5, 6};

  auto const dx = run_step<Reference, float>(steps::FullyConnectedDataGradient{},
                                             {{s.y, s.weight}, {s.x}}, {dy, s.matrix});
  auto const dparameters = run_step<Reference, float>(
      steps::FullyConnectedWeightGradient{}, {{s.x, s.y}, {s.weight, s.bias}}, {s.input, dy});

  CHECK(dx[0] == Values{31, 302, 64, 605});
  CHECK(dparameters[0] == Values{13, 18, 17, 24, 21, 30});
  CHECK(dparameters[1] == Values{5, 7, 9});
}

TEST_CASE("FullyConnected: all gradients equal finite differences on random shapes") {
  Random random(1);
  for (int i = 0; i < gradient_cases; ++i) {
    auto const one = random_case<steps::FullyConnected>(random);
    Shape const x_shape = one.shapes.reads[0], weight_shape = one.shapes.reads[1];
    Values const x = random.numbers(x_shape), weight = random.numbers(weight_shape),
                 bias = random.numbers(one.shapes.reads[2]),
                 dy = random.numbers(one.shapes.writes[0]);
    StepRunner<Reference, double, steps::FullyConnected> forward(one.what, one.shapes);
    auto loss = [&](Values const& a, Values const& b, Values const& c) {
      return dot(forward({a, b, c})[0], dy);
    };

    auto const dx = run_step<Reference, double>(steps::FullyConnectedDataGradient{},
                                                {{one.shapes.writes[0], weight_shape}, {x_shape}},
                                                {dy, weight});
    auto const dparameters = run_step<Reference, double>(
        steps::FullyConnectedWeightGradient{},
        {{x_shape, one.shapes.writes[0]}, {weight_shape, one.shapes.reads[2]}}, {x, dy});

    INFO("x ", text(x_shape), ", weight ", text(weight_shape));
    CHECK(relative_error(
              dx[0], numeric_gradient([&](Values const& v) { return loss(v, weight, bias); }, x)) <=
          gradient_tolerance);
    CHECK(relative_error(dparameters[0],
                         numeric_gradient([&](Values const& v) { return loss(x, v, bias); },
                                          weight)) <= gradient_tolerance);
    CHECK(relative_error(dparameters[1],
                         numeric_gradient([&](Values const& v) { return loss(x, weight, v); },
                                          bias)) <= gradient_tolerance);
    // linear in x and weight: the gradients are adjoints
    double const linear = loss(x, weight, Values(bias.size()));
    CHECK(linear == doctest::Approx(dot(x, dx[0])).epsilon(1e-12));
    CHECK(linear == doctest::Approx(dot(weight, dparameters[0])).epsilon(1e-12));
  }
}

TEST_CASE("FullyConnected: shapes that do not fit are named") {
  devices::Host host;

  CHECK_THROWS_WITH_AS(
      kernels::reference::FullyConnected::prepare(
          host, {}, {{{2, 3, 2, 2}, {5, 3, 1, 1}, {5, 1, 1, 1}}, {{2, 5, 1, 1}}}, {}),
      doctest::Contains("fully connected: weight is 5x3x1x1 and must be 5x12x1x1"), GraphError);
  CHECK_THROWS_WITH_AS(
      kernels::reference::FullyConnected::prepare(
          host, {}, {{{2, 3, 2, 2}, {5, 12, 1, 1}, {1, 5, 1, 1}}, {{2, 5, 1, 1}}}, {}),
      doctest::Contains("bias is 1x5x1x1 and must be 5x1x1x1"), GraphError);
}

}  // namespace ai500::testing
