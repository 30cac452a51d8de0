// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/step_pattern.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;
using namespace ai500::kernels::cudnn;

namespace {

constexpr Shape x{8, 16, 14, 14}, weight{32, 16, 3, 3}, y{8, 32, 7, 7}, vector{.items = 16},
    statistics{.items = 2, .channels = 16}, its_statistics{.items = 2, .channels = 32};
constexpr Window window = square(3, 2, 1);

Pattern expected(PatternKind kind) { return {kind, x, weight, y, window, Arithmetic::fp16}; }

}  // namespace

TEST_CASE("pattern_of: every step's pattern has the shapes of its forward convolution") {
  using enum PatternKind;
  auto of = [](auto const& what, std::vector<Shape> reads, std::vector<Shape> writes) {
    return pattern_of(what, Shapes{std::move(reads), std::move(writes)}, Arithmetic::fp16);
  };

  CHECK(of(steps::Convolution{window}, {x, weight}, {y}) == expected(convolution));
  CHECK(of(steps::ConvolutionDataGradient{window}, {y, weight}, {x}) == expected(data_gradient));
  CHECK(of(steps::ConvolutionFilterGradient{window}, {x, y}, {weight}) ==
        expected(filter_gradient));
  CHECK(of(steps::ConvolutionForward{.window = window}, {x, weight}, {y, its_statistics}) ==
        expected(convolution_statistics));
  CHECK(of(steps::ConvolutionForward{.window = window, .normalizes_input = true},
           {x, weight, statistics, vector, vector},
           {y, its_statistics}) == expected(normalized_convolution_statistics));
  CHECK(of(steps::ConvolutionFilterBackward{window}, {x, statistics, vector, vector, y},
           {weight}) == expected(normalized_filter_gradient));
  auto data = [&](steps::InputOrigin origin) {
    return of(steps::ConvolutionDataBackward{.window = window, .origin = origin},
              {y, weight, x, statistics, vector, vector, x, x}, {vector, vector, x, x});
  };
  CHECK(data(steps::InputOrigin::relu) == expected(data_gradient_normalization));
  CHECK(data(steps::InputOrigin::identity_block) == expected(data_gradient_identity_block));
  CHECK(data(steps::InputOrigin::projection_block) == expected(data_gradient_projection_block));
}

TEST_CASE("arithmetic_of: four types with FP32 parameters, nothing else") {
  using enum NumberType;

  CHECK(arithmetic_of({float32, float32}) == Arithmetic::fp32);
  CHECK(arithmetic_of({float32, float32, Math::tensor_float32}) == Arithmetic::tf32);
  CHECK(arithmetic_of({float16, float32}) == Arithmetic::fp16);
  CHECK(arithmetic_of({bfloat16, float32}) == Arithmetic::bf16);
  CHECK(!arithmetic_of({float64, float64}));
  CHECK(!arithmetic_of({float16, float16}));
  CHECK(!arithmetic_of({float16, float32, Math::tensor_float32}));
}

TEST_CASE("with_padded_channels: an image's three become four, in 16 bits and in TF32") {
  Pattern stem{PatternKind::convolution, {8, 3, 32, 32},  {64, 3, 7, 7},
               {8, 64, 16, 16},          square(7, 2, 3), Arithmetic::fp16};
  auto const padded = with_padded_channels(stem);

  REQUIRE(padded);
  CHECK(padded->x == Shape{8, 4, 32, 32});
  CHECK(padded->weight == Shape{64, 4, 7, 7});
  CHECK(padded->y == stem.y);

  auto refused = [](Pattern pattern) { return !with_padded_channels(pattern); };
  Pattern exact = stem, gradient = stem, grouped = stem, sound = stem;
  exact.arithmetic = Arithmetic::fp32;
  gradient.kind = PatternKind::data_gradient;
  grouped.weight.channels = 1;
  sound.x.channels = sound.weight.channels = 8;
  for (Pattern const& pattern : {exact, gradient, grouped, sound}) CHECK(refused(pattern));
}
