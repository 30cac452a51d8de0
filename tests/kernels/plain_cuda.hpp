// SPDX-License-Identifier: Apache-2.0
/// @file What the kernels of GPUs are tested for, on any device: on an emulated one here, on a GPU
/// in tests/device. Every kernel against the reference in double, with what is read rounded to T
/// first; fused ones against their parts.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <ai500/kernels/plain_cuda.hpp>

#include "harness.hpp"

namespace ai500::testing {

/// The greatest error of rounding a number to T, relative to it.
template <class T>
constexpr double half_an_ulp = std::is_same_v<T, float>  ? 0x1p-24
                               : std::is_same_v<T, half> ? 0x1p-11
                                                         : 0x1p-8;

/// What a kernel's result may be off, relative to its greatest element: one rounding of the result,
/// and sums in float, which may cancel.
template <class T>
constexpr double one_rounding = half_an_ulp<T> + 4e-5;

/// Every result of a set's kernel in its own layout, as plain values.
template <class Kernels, class T, class Operation>
std::vector<Values> run_in_own_layout(StepCase<Operation> const& one, std::vector<Values> reads) {
  Shapes shapes = one.shapes;
  if constexpr (!std::is_same_v<Operation, steps::Reorder>)
    shapes.layouts = chosen_layouts<Kernels, T>(one.what, shapes);
  for (std::size_t i = 0; i < reads.size(); ++i)
    reads[i] = in_layout(reads[i], shapes.reads[i], Layout::plain, shapes.layouts.read(i));
  std::vector<Values> results = run_step<Kernels, T>(one.what, shapes, reads);
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i] = in_layout(results[i], shapes.writes[i], shapes.layouts.write(i), Layout::plain);
  return results;
}

/// The same case of images with `factor` times the channels, so that they are moved 16 bytes at a
/// time; statistics and parameters have as many then.
template <class Operation>
StepCase<Operation> with_channels(StepCase<Operation> one, Count factor) {
  using namespace steps;
  auto is = []<class... Any>(TypeList<Any...>) { return (std::is_same_v<Operation, Any> || ...); };
  auto for_each_shape = [&](auto const& change) {
    for (auto* side : {&one.shapes.reads, &one.shapes.writes})
      for (Shape& shape : *side) change(shape);
  };
  if constexpr (is(TypeList<NormalizationStatistics, NormalizationApply,
                            NormalizationParameterGradient, NormalizationDataGradient>{})) {
    Shape const x = one.shapes.reads[0];  // or dy
    for_each_shape([&](Shape& shape) {
      bool const is_parameter = shape == Shape{.items = x.channels};
      (is_parameter ? shape.items : shape.channels) *= factor;
    });
  } else if constexpr (is(TypeList<MaxPooling, MaxPoolingGradient, AveragePooling,
                                   AveragePoolingGradient, steps::Relu, ReluGradient, steps::Add,
                                   SumGradients>{})) {
    for_each_shape([&](Shape& shape) { shape.channels *= factor; });
  }
  return one;
}

/// The greatest relative error of a kernel over random shapes, with odd channels and with multiples
/// of 8.
template <class Kernels, class T, class Operation>
double plain_cuda_difference() {
  double worst = 0;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    Random random(seed), again(seed);
    Count const factor = seed % 2 == 0 ? 1 : 8;
    auto const one = with_channels(random_case<Operation>(random), factor);
    random_case<Operation>(again);
    auto reads = random_reads<kernels::Reference, double>(one, random);
    for (std::size_t i = 0; i < reads.size(); ++i)
      if (!AccumulatedArguments<Operation, true>::read(i) &&
          static_cast<int>(i) != ArgumentRoles<Operation>::index_read)
        reads[i] = rounded<T>(reads[i]);
    auto const expected = run_step<kernels::Reference, double>(one.what, one.shapes, reads);

    auto const results = run_in_own_layout<Kernels, T>(one, reads);

    for (std::size_t i = 0; i < results.size(); ++i)
      worst = std::max(worst, relative_error(results[i], expected[i]));
  }
  return worst;
}

/// Max pooling and its gradient agree with the reference's: the selection is the set's own.
template <class Kernels, class T>
void check_max_pooling() {
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    Random random(seed);
    auto const one = with_channels(random_case<steps::MaxPooling>(random), seed % 2 == 0 ? 1 : 8);
    Shape const x = one.shapes.reads[0], y = one.shapes.writes[0];
    Values input = random.distinct(x);  // multiples of 1/16: up to 128 exact in a half
    for (double& number : input) number = std::fmod(number, 8);
    Values const dy = rounded<T>(random.numbers(y));
    auto pooled = [&]<class Set, class Number>(Set, Number) {
      Layout const l =
          std::is_same_v<Set, kernels::Reference> ? Layout::plain : Layout::channels_last;
      auto const forward = run_step<Set, Number>(one.what, Shapes{{x}, {y, y}, {{l}, {l, l}}},
                                                 {in_layout(input, x, Layout::plain, l)});
      auto const backward = run_step<Set, Number>(steps::MaxPoolingGradient{one.what.window},
                                                  Shapes{{y, y}, {x}, {{l, l}, {l}}},
                                                  {in_layout(dy, y, Layout::plain, l), forward[1]});
      return std::pair(in_layout(forward[0], y, l, Layout::plain),
                       in_layout(backward[0], x, l, Layout::plain));
    };

    auto const expected = pooled(kernels::Reference{}, double());
    auto const results = pooled(Kernels{}, T());

    CHECK(results.first == expected.first);
    CHECK(relative_error(results.second, expected.second) <= one_rounding<T>);
  }
}

/// Every kernel of the set that the reference has.
template <class Kernels, class T>
void check_plain_cuda() {
  auto check = []<class Operation>(Operation) {
    INFO("step: ", std::string(Operation::name));
    CHECK(plain_cuda_difference<Kernels, T, Operation>() <= one_rounding<T>);
  };
  [&]<class... Operation>(TypeList<Operation...>) {
    (check(Operation{}), ...);
  }(TypeList<steps::Convolution, steps::ConvolutionDataGradient, steps::ConvolutionFilterGradient,
             steps::FullyConnected, steps::FullyConnectedDataGradient,
             steps::FullyConnectedWeightGradient, steps::NormalizationStatistics,
             steps::NormalizationApply, steps::NormalizationParameterGradient,
             steps::NormalizationDataGradient, steps::UpdateRunningStatistics, steps::Relu,
             steps::ReluGradient, steps::Add, steps::SumGradients, steps::AveragePooling,
             steps::AveragePoolingGradient, steps::Softmax, steps::SoftmaxCrossEntropy,
             steps::Accumulate>{});
  check_max_pooling<Kernels, T>();
}

/// Whether bits are those of y: 32-bit words, element i is bit i % 32 of word i / 32.
inline bool are_bits_of(Values const& words, Values const& y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    auto const word = static_cast<std::uint32_t>(static_cast<std::int64_t>(words[i / 32]));
    if ((word >> i % 32 & 1) != static_cast<std::uint32_t>(y[i] > 0)) return false;
  }
  return true;
}

/// A relu as bits, as the words of a value.
inline Values bits_as_words(Values const& y) {
  Values words((y.size() + 31) / 32);
  for (std::size_t w = 0; w < words.size(); ++w) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 32 && 32 * w + i < y.size(); ++i)
      word |= static_cast<std::uint32_t>(y[32 * w + i] > 0) << i;
    words[w] = static_cast<double>(static_cast<std::int32_t>(word));
  }
  return words;
}

/// Fused normalizations give what their parts give one after the other, on the same device in the
/// same type, but for a last rounding.
template <class Kernels, class T>
void check_fused_normalization() {
  using enum steps::NormalizationEnding;
  constexpr double epsilon = 1e-3;
  Layout const l = Layout::channels_last;
  auto step = [&]<class Operation>(Operation const& what, std::vector<Shape> reads,
                                   std::vector<Shape> writes, std::vector<Values> const& values) {
    Shapes shapes{std::move(reads), std::move(writes)};
    for (std::size_t i = 0; i < shapes.reads.size(); ++i) shapes.layouts.reads.push_back(l);
    for (std::size_t i = 0; i < shapes.writes.size(); ++i) shapes.layouts.writes.push_back(l);
    return run_step<Kernels, T>(what, shapes, values);
  };
  for (Count channels : {1, 3, 16, 72})
    for (Shape x : {Shape{1, channels, 1, 1}, Shape{3, channels, 5, 4}, Shape{2, channels, 40, 21}})
      for (auto ending : {none, relu, add_relu})
        for (int gradients : {1, 2})
          for (auto mask : {steps::ReluMask::result, steps::ReluMask::bits}) {
            bool const has_bits = mask == steps::ReluMask::bits;
            if (has_bits && (ending != add_relu || sizeof(T) != 2 || channels % 8 != 0)) continue;
            INFO(text(x), name(ending), " gradients ", gradients, " bits ", has_bits);
            Random random(static_cast<std::uint64_t>(channels));
            Shape const c{.items = channels}, s{.items = 2, .channels = channels};
            Values const input = rounded<T>(random.numbers(x)),
                         addend = rounded<T>(random.numbers(x)), dy = rounded<T>(random.numbers(x)),
                         dy2 = rounded<T>(random.numbers(x)), scale = random.numbers(c),
                         shift = random.numbers(c);
            Values const statistics = step(steps::NormalizationStatistics{}, {x}, {s}, {input})[0];
            Values y = step(steps::NormalizationApply{epsilon}, {x, s, c, c}, {x},
                            {input, statistics, scale, shift})[0];
            if (ending == add_relu) y = step(steps::Add{}, {x, x}, {x}, {y, addend})[0];
            if (ending != none) y = step(steps::Relu{}, {x}, {x}, {y})[0];
            Values whole = dy;
            if (gradients == 2) whole = step(steps::SumGradients{}, {x, x}, {x}, {dy, dy2})[0];
            if (ending != none) whole = step(steps::ReluGradient{}, {x, x}, {x}, {whole, y})[0];
            auto const sums = step(steps::NormalizationParameterGradient{epsilon}, {x, x, s},
                                   {c, c}, {whole, input, statistics});
            Values const dx = step(steps::NormalizationDataGradient{epsilon}, {x, x, s, c, c, c},
                                   {x}, {whole, input, statistics, scale, sums[0], sums[1]})[0];

            std::vector<Shape> reads{x, c, c}, writes{s, x};
            std::vector<Values> given{input, scale, shift};
            if (ending == add_relu) reads.push_back(x), given.push_back(addend);
            if (has_bits) writes.push_back(steps::bits_of(x));
            auto const forward =
                step(steps::NormalizationForward{epsilon, ending, mask}, reads, writes, given);
            CHECK(forward[0] == statistics);
            CHECK(forward[1] == y);
            if (has_bits) CHECK(are_bits_of(forward[2], y));

            reads = {x, s, c, c};
            given = {input, statistics, scale, shift};
            if (ending == add_relu) reads.push_back(x), given.push_back(addend);
            writes = {x};
            if (has_bits) writes.push_back(steps::bits_of(x));
            auto const evaluated =
                step(steps::NormalizationEvaluation{epsilon, ending, mask}, reads, writes, given);
            CHECK(evaluated[0] == y);
            if (has_bits) CHECK(are_bits_of(evaluated[1], y));

            reads = {x, s, c, c, x};
            given = {input, statistics, scale, shift, dy};
            writes = {c, c, x};
            if (gradients == 2) reads.push_back(x), given.push_back(dy2);
            if (ending == add_relu) {
              reads.push_back(has_bits ? steps::bits_of(x) : x);
              given.push_back(has_bits ? bits_as_words(y) : y);
              writes.push_back(x);
            }
            auto const backward =
                step(steps::NormalizationBackward{epsilon, ending, gradients, mask}, reads, writes,
                     given);
            CHECK(backward[0] == sums[0]);
            CHECK(backward[1] == sums[1]);
            CHECK(relative_error(backward[2], dx) <= 2 * half_an_ulp<T>);
            if (ending == add_relu) CHECK(backward[3] == whole);
          }
}

/// Statistics of numbers far from 0, whose squares a float could not tell apart.
template <class Kernels>
void check_far_mean() {
  Shape const x{4, 5, 30, 30};
  Random random(3);
  Values values = random.numbers(x);
  for (double& value : values) value = static_cast<float>(30000 + value);
  StepCase<steps::NormalizationStatistics> const one{{}, {{x}, {{.items = 2, .channels = 5}}, {}}};

  auto const results = run_in_own_layout<Kernels, float>(one, {values});
  auto const expected = run_step<kernels::Reference, double>(one.what, one.shapes, {values});

  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(std::abs(results[0][i] - expected[0][i]) <= 0x1p-9);  // an ulp of 30000
    CHECK(std::abs(results[0][5 + i] / expected[0][5 + i] - 1) <= 1e-5);
  }
}

/// A reorder moves every number, there and back.
template <class Kernels, class T>
void check_reorder() {
  for (Shape x : {Shape{3, 5, 7, 4}, Shape{2, 64, 9, 9}, Shape{1, 1, 40, 40}}) {
    Values const values = rounded<T>(Random(1).numbers(x));
    auto move = [&](Layout from, Layout to, Values const& given) {
      return run_step<Kernels, T>(steps::Reorder{}, Shapes{{x}, {x}, {{from}, {to}}}, {given})[0];
    };
    Values const there = move(Layout::plain, Layout::channels_last, values);
    CHECK(there == in_layout(values, x, Layout::plain, Layout::channels_last));
    CHECK(move(Layout::channels_last, Layout::plain, there) == values);
  }
}

/// Stored weights are the parameters, filters in the order (c', kh, kw, c).
template <class Kernels, class T>
void check_stored_weights() {
  Shape const first{4, 3, 3, 2}, second{5, 7, 1, 1}, third{2, 2, 2, 2};
  Count const before = 10, between = 3, after = 8;
  steps::StoreWeights what;
  what.filters = {{before, first},
                  {before + first.elements() + between, second},
                  {before + first.elements() + between + second.elements(), third}};
  Shape const all{.items = what.filters[2].offset + third.elements() + after};
  Values const parameters = Random(5).numbers(all);
  Values expected = rounded<T>(parameters);
  for (auto const& [offset, shape] : what.filters) {
    auto const begin = expected.begin() + offset;
    Values const filters(begin, begin + shape.elements());
    std::ranges::copy(in_layout(filters, shape, Layout::plain, Layout::channels_last), begin);
  }

  CHECK(run_step<Kernels, T>(what, Shapes{{all}, {all}, {}}, {parameters})[0] == expected);
}

/// The gradient of logits is multiplied by the loss scale, the loss is not; a label that is no
/// class spoils the loss.
template <class Kernels, class T>
void check_cross_entropy() {
  Shape const logits{.items = 3, .channels = 1000};
  steps::SoftmaxCrossEntropy const what{0.1, 0.25};
  Random random(2);
  Values const values = rounded<T>(random.numbers(logits));
  Values labels{7, 0, 999};
  auto const plain = run_step<Kernels, T>(what, Shapes{{logits, {.items = 3}}, {{}, logits}, {}},
                                          {values, labels});
  auto const scaled = run_step<Kernels, T>(
      what, Shapes{{logits, {.items = 3}, {}}, {{}, logits}, {}}, {values, labels, {1024}});
  CHECK(scaled[0] == plain[0]);
  for (std::size_t i : {0u, 7u, 1000u, 2999u})
    CHECK(std::abs(scaled[1][i] - 1024 * plain[1][i]) <=
          1024 * (2 * half_an_ulp<T> * std::abs(plain[1][i]) + 0x1p-24));
  labels[1] = 1000;
  auto const wrong = run_step<Kernels, T>(what, Shapes{{logits, {.items = 3}}, {{}, logits}, {}},
                                          {values, labels});
  CHECK(std::isnan(wrong[0][0]));
}

}  // namespace ai500::testing
