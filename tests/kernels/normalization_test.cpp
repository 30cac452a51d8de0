// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/normalization.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

namespace {

/// Two items, two channels, one row of two: channel 0 holds 1, 3, 5, 7 and channel 1 holds 2, 2, 2,
/// 6.
struct SmallNormalization {
  Shape x{2, 2, 1, 2}, channels{2, 1, 1, 1}, statistics{2, 2, 1, 1};
  Values input{1, 3, 2, 2, 5, 7, 2, 6};
};

}  // namespace

TEST_CASE("NormalizationStatistics: each channel's mean, then its biased variance") {
  SmallNormalization const s;

  auto const statistics = run_step<Reference, float>(steps::NormalizationStatistics{},
                                                     {{s.x}, {s.statistics}}, {s.input});

  // means 4 and 3; variances (9 + 1 + 1 + 9) / 4 and (1 + 1 + 1 + 9) / 4
  CHECK(statistics[0] == Values{4, 3, 5, 3});
}

TEST_CASE("NormalizationStatistics: the variance survives a mean that is much larger") {
  // 2^20 + {-1, 1, -1, 1}: exact in float, whose sum of squares has lost the variance.
  Shape const x{1, 1, 2, 2};

  auto const statistics =
      run_step<Reference, float>(steps::NormalizationStatistics{}, {{x}, {{2, 1, 1, 1}}},
                                 {{1048575.0, 1048577.0, 1048575.0, 1048577.0}});

  CHECK(statistics[0] == Values{1048576.0, 1});
}

TEST_CASE("NormalizationApply: (x - mean) / sqrt(variance + epsilon) * scale + shift") {
  SmallNormalization const s;

  auto const y = run_step<Reference, double>(steps::NormalizationApply{1.0},
                                             {{s.x, s.statistics, s.channels, s.channels}, {s.x}},
                                             {s.input, {4, 3, 3, 8}, {2, 3}, {10, 20}});

  // channel 0: (x - 4) / 2 * 2 + 10 = x + 6; channel 1: (x - 3) / 3 * 3 + 20 = x + 17
  Values const expected{7, 9, 19, 19, 11, 13, 19, 23};
  CHECK(relative_error(y[0], expected) <= 1e-15);
}

TEST_CASE("NormalizationParameterGradient: the sums of dy x^ and of dy") {
  SmallNormalization const s;

  auto const gradients =
      run_step<Reference, double>(steps::NormalizationParameterGradient{1.0},
                                  {{s.x, s.x, s.statistics}, {s.channels, s.channels}},
                                  {{1, 1, 0, 1, 2, 0, 0, 3}, s.input, {4, 3, 3, 8}});

  // channel 0: x^ = -3/2, -1/2, 1/2, 3/2 and dy = 1, 1, 2, 0; channel 1: x^ = -1/3 (three), 1 and
  // dy = 0, 1, 0, 3
  CHECK(relative_error(gradients[0], {-1.5 - 0.5 + 1, -1.0 / 3 + 3}) <= 1e-15);
  CHECK(gradients[1] == Values{4, 4});
}

TEST_CASE("NormalizationDataGradient: scale / deviation (dy - dshift / m - x^ dscale / m)") {
  Shape const x{1, 1, 1, 2}, one{};

  auto const dx = run_step<Reference, double>(steps::NormalizationDataGradient{1.0},
                                              {{x, x, {2, 1, 1, 1}, one, one, one}, {x}},
                                              {{1, 5}, {2, 6}, {4, 3}, {6}, {8}, {2}});

  // deviation 2, x^ = -1, 1, m = 2: 6 / 2 (1 - 2 / 2 + 8 / 2) and 6 / 2 (5 - 2 / 2 - 8 / 2)
  CHECK(relative_error(dx[0], {12, 0}) <= 1e-15);
}

TEST_CASE("Normalization: all gradients equal finite differences, the statistics depending on x") {
  Random random(1);
  for (int i = 0; i < gradient_cases; ++i) {
    Shape const shape = i % 5 == 0 ? Shape{1, random.between(1, 4), 3, 5}
                                   : random_case<steps::Relu>(random).shapes.reads[0];
    Shape const channels{.items = shape.channels}, pair{.items = 2, .channels = shape.channels};
    double const epsilon = 1e-3;
    Values const x = random.numbers(shape), scale = random.numbers(channels),
                 shift = random.numbers(channels), dy = random.numbers(shape);
    StepRunner<Reference, double, steps::NormalizationStatistics> statistics({}, {{shape}, {pair}});
    StepRunner<Reference, double, steps::NormalizationApply> apply(
        {epsilon}, {{shape, pair, channels, channels}, {shape}});
    auto loss = [&](Values const& a, Values const& b, Values const& c) {
      return dot(apply({a, statistics({a})[0], b, c})[0], dy);
    };

    Values const of_x = statistics({x})[0];
    auto const dparameters =
        run_step<Reference, double>(steps::NormalizationParameterGradient{epsilon},
                                    {{shape, shape, pair}, {channels, channels}}, {dy, x, of_x});
    auto const dx =
        run_step<Reference, double>(steps::NormalizationDataGradient{epsilon},
                                    {{shape, shape, pair, channels, channels, channels}, {shape}},
                                    {dy, x, of_x, scale, dparameters[0], dparameters[1]});

    INFO("x ", text(shape));
    CHECK(relative_error(
              dx[0], numeric_gradient([&](Values const& v) { return loss(v, scale, shift); }, x)) <=
          gradient_tolerance);
    CHECK(relative_error(dparameters[0],
                         numeric_gradient([&](Values const& v) { return loss(x, v, shift); },
                                          scale)) <= gradient_tolerance);
    CHECK(relative_error(dparameters[1],
                         numeric_gradient([&](Values const& v) { return loss(x, scale, v); },
                                          shift)) <= gradient_tolerance);
  }
}

TEST_CASE("Normalization: what was normalized has mean shift and deviation scale") {
  Random random(2);
  Shape const shape{3, 2, 5, 4}, channels{.items = 2}, pair{.items = 2, .channels = 2};
  Values const x = random.numbers(shape);
  StepRunner<Reference, double, steps::NormalizationStatistics> statistics({}, {{shape}, {pair}});

  auto const y = run_step<Reference, double>(steps::NormalizationApply{0},
                                             {{shape, pair, channels, channels}, {shape}},
                                             {x, statistics({x})[0], {2, 3}, {5, -7}});

  CHECK(relative_error(statistics({y[0]})[0], {5, -7, 4, 9}) <= 1e-14);
}

TEST_CASE("UpdateRunningStatistics: a step by hand, the variance made unbiased") {
  Shape const pair{2, 1, 1, 1};

  auto const running = run_step<Reference, double>(steps::UpdateRunningStatistics{0.25, 2, 1.5},
                                                   {{pair, pair}, {pair}}, {{8, 16}, {2, 4}});

  // mean: 0.75 * 2 + 0.25 * (8 / 2); variance: 0.75 * 4 + 0.25 * (16 / 2) * 1.5
  CHECK(running[0] == Values{2.5, 6});
}

TEST_CASE("UpdateRunningStatistics: after many equal batches the running ones are theirs") {
  Shape const pair{2, 1, 1, 1};
  StepRunner<Reference, double, steps::UpdateRunningStatistics> update({0.1, 1, 4.0 / 3},
                                                                       {{pair, pair}, {pair}});
  Values running{0, 1};

  for (int i = 0; i < 400; ++i) running = update({{5, 3}, running})[0];

  CHECK(relative_error(running, {5, 4}) <= 1e-14);  // 0.9^400 is 5e-19
}

TEST_CASE("Normalization: shapes that do not fit are named") {
  devices::Host host;
  Shape const x{2, 3, 4, 4}, channels{3, 1, 1, 1};

  CHECK_THROWS_WITH_AS(
      kernels::reference::NormalizationApply::prepare(
          host, {}, {{x, {3, 2, 1, 1}, channels, channels}, {x}}, {}),
      doctest::Contains("normalization apply: statistics is 3x2x1x1 and must be 2x3x1x1"),
      GraphError);
  CHECK_THROWS_WITH_AS(kernels::reference::NormalizationApply::prepare(
                           host, {}, {{x, {2, 3, 1, 1}, {1, 3, 1, 1}, channels}, {x}}, {}),
                       doctest::Contains("scale is 1x3x1x1 and must be 3x1x1x1"), GraphError);
}

}  // namespace ai500::testing
