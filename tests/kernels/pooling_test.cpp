// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/pooling.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

TEST_CASE("MaxPooling: the greatest of each window and where it is") {
  Shape const x{1, 2, 3, 3}, y{1, 2, 2, 2};

  auto const results = run_step<Reference, float>(
      steps::MaxPooling{square(2)}, {{x}, {y, y}},
      {{1, 2, 3, 9, 5, 6, 7, 8, 4, /**/ -1, -2, -3, -4, -5, -6, -7, -8, -9}});

  CHECK(results[0] == Values{9, 6, 9, 8, /**/ -1, -2, -4, -5});
  CHECK(results[1] == Values{3, 5, 3, 7, /**/ 0, 1, 3, 4});
}

TEST_CASE("MaxPooling: padding never wins, and the first of equals does") {
  Shape const x{1, 1, 2, 2}, y{1, 1, 2, 2};

  auto const results = run_step<Reference, float>(steps::MaxPooling{square(3, 1, 1)}, {{x}, {y, y}},
                                                  {{-3, -1, -2, -1}});

  CHECK(results[0] == Values{-1, -1, -1, -1});
  CHECK(results[1] == Values{1, 1, 1, 1});
}

TEST_CASE("MaxPooling: what is not a number wins, the first of them") {
  devices::Host host;
  double const nan = std::numeric_limits<double>::quiet_NaN();
  std::array<double, 4> x{1, nan, nan, 5};
  double y = 0;
  std::int32_t selection = 0;
  void* read = x.data();
  std::array<void*, 2> writes{&y, &selection};

  kernels::reference::MaxPooling::prepare(host, {square(2)}, {{{1, 1, 2, 2}}, {{}, {}}},
                                          {NumberType::float64, NumberType::float64})
      .run(Arguments({&read, 1}, writes));

  CHECK(std::isnan(y));
  CHECK(selection == 1);
}

TEST_CASE("MaxPoolingGradient: dy goes to what was selected, as often as it was") {
  Shape const x{1, 1, 3, 3}, y{1, 1, 2, 2};

  auto const dx = run_step<Reference, float>(steps::MaxPoolingGradient{square(2)}, {{y, y}, {x}},
                                             {{1, 2, 4, 8}, {3, 5, 3, 7}});

  CHECK(dx[0] == Values{0, 0, 0, 5, 0, 2, 0, 8, 0});
}

TEST_CASE("AveragePooling: the mean of each window, padding counted as zeros") {
  Shape const x{1, 1, 3, 3}, y{1, 1, 2, 2};
  Values const image{1, 2, 3, 4, 5, 6, 7, 8, 9};

  auto const inside =
      run_step<Reference, float>(steps::AveragePooling{square(2)}, {{x}, {y}}, {image});
  auto const padded =
      run_step<Reference, float>(steps::AveragePooling{square(2, 2, 1)}, {{x}, {y}}, {image});

  CHECK(inside[0] == Values{3, 4, 6, 7});
  CHECK(padded[0] == Values{0.25, 1.25, 2.75, 7});
}

TEST_CASE("AveragePoolingGradient: each element gets its part of each window's dy") {
  Shape const x{1, 1, 3, 3}, y{1, 1, 2, 2};

  auto const dx = run_step<Reference, float>(steps::AveragePoolingGradient{square(2)}, {{y}, {x}},
                                             {{4, 8, 16, 32}});

  CHECK(dx[0] == Values{1, 3, 2, 5, 15, 10, 4, 12, 8});
}

TEST_CASE("MaxPooling: its gradient equals finite differences on random shapes") {
  Random random(1);
  for (int i = 0; i < gradient_cases; ++i) {
    auto const one = random_case<steps::MaxPooling>(random);
    Shape const x_shape = one.shapes.reads[0], y_shape = one.shapes.writes[0];
    // No two values are nearer than 1/16, so a step of 2^-9 changes no maximum.
    Values const x = random.distinct(x_shape), dy = random.numbers(y_shape);
    StepRunner<Reference, double, steps::MaxPooling> forward(one.what, one.shapes);

    auto const results = forward({x});
    auto const dx = run_step<Reference, double>(steps::MaxPoolingGradient{one.what.window},
                                                {{y_shape, y_shape}, {x_shape}}, {dy, results[1]});

    INFO(text(one.what.window), " on ", text(x_shape));
    CHECK(relative_error(dx[0],
                         numeric_gradient([&](Values const& v) { return dot(forward({v})[0], dy); },
                                          x)) <= gradient_tolerance);
    // With its selection fixed it is linear: the gradient is its adjoint.
    CHECK(dot(results[0], dy) == doctest::Approx(dot(x, dx[0])).epsilon(1e-12));
  }
}

TEST_CASE("AveragePooling: its gradient equals finite differences and is its adjoint") {
  Random random(2);
  for (int i = 0; i < gradient_cases; ++i) {
    auto const one = random_case<steps::AveragePooling>(random);
    Shape const x_shape = one.shapes.reads[0], y_shape = one.shapes.writes[0];
    Values const x = random.numbers(x_shape), dy = random.numbers(y_shape);
    StepRunner<Reference, double, steps::AveragePooling> forward(one.what, one.shapes);

    auto const dx = run_step<Reference, double>(steps::AveragePoolingGradient{one.what.window},
                                                {{y_shape}, {x_shape}}, {dy});

    INFO(text(one.what.window), " on ", text(x_shape));
    CHECK(relative_error(dx[0],
                         numeric_gradient([&](Values const& v) { return dot(forward({v})[0], dy); },
                                          x)) <= gradient_tolerance);
    double const size = std::sqrt(dot(x, x) * dot(dx[0], dx[0]));
    CHECK(std::abs(dot(forward({x})[0], dy) - dot(x, dx[0])) <= 1e-13 * size);
  }
}

TEST_CASE("MaxPooling: shapes that do not fit are named") {
  devices::Host host;

  CHECK_THROWS_WITH_AS(
      kernels::reference::MaxPooling::prepare(host, {square(3, 2, 1)},
                                              {{{1, 4, 8, 8}}, {{1, 4, 3, 3}, {1, 4, 3, 3}}}, {}),
      doctest::Contains("max pooling: y (or dy) is 1x4x3x3 and must be 1x4x4x4"), GraphError);
  CHECK_THROWS_WITH_AS(
      kernels::reference::MaxPooling::prepare(host, {square(3, 2, 1)},
                                              {{{1, 4, 8, 8}}, {{1, 4, 4, 4}, {1, 4, 1, 1}}}, {}),
      doctest::Contains("selection is 1x4x1x1 and must be 1x4x4x4"), GraphError);
}

}  // namespace ai500::testing
