// SPDX-License-Identifier: Apache-2.0
#include "plain_cuda.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace ai500::testing {

namespace {

/// The greatest error of rounding a number to a type, relative to it.
double half_an_ulp(NumberType type) {
  return type == NumberType::float32 ? 0x1p-24 : type == NumberType::float16 ? 0x1p-11 : 0x1p-8;
}

/// What a kernel's result may be off, relative to its greatest element: one rounding of the result,
/// and sums in float, which may cancel.
double one_rounding(NumberType type) { return half_an_ulp(type) + 4e-5; }

NumberType type_of(MakeKernels kernels) { return kernels().table.types.compute; }

/// Every result of a set's kernel in its own layout, as plain values.
std::vector<Values> run_in_own_layout(MakeKernels kernels, AnyStepCase const& one,
                                      std::vector<Values> reads) {
  Shapes shapes = one.shapes;
  shapes.layouts = chosen_layouts(kernels(), one.what, shapes);
  for (std::size_t i = 0; i < reads.size(); ++i)
    reads[i] = in_layout(reads[i], shapes.reads[i], Layout::plain, shapes.layouts.read(i));
  std::vector<Values> results = run_step(kernels(), one.what, shapes, reads);
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i] = in_layout(results[i], shapes.writes[i], shapes.layouts.write(i), Layout::plain);
  return results;
}

/// The same case of images with `factor` times the channels, so that they are moved 16 bytes at a
/// time; statistics and parameters have as many then.
AnyStepCase with_channels(AnyStepCase one, Count factor) {
  using namespace steps;
  auto is = [&]<class... Any>(TypeList<Any...>) {
    return (std::holds_alternative<Any>(one.what) || ...);
  };
  auto for_each_shape = [&](auto const& change) {
    for (auto* side : {&one.shapes.reads, &one.shapes.writes})
      for (Shape& shape : *side) change(shape);
  };
  if (is(TypeList<NormalizationStatistics, NormalizationApply, NormalizationParameterGradient,
                  NormalizationDataGradient>{})) {
    Shape const x = one.shapes.reads[0];  // or dy
    for_each_shape([&](Shape& shape) {
      bool const is_parameter = shape == Shape{.items = x.channels};
      (is_parameter ? shape.items : shape.channels) *= factor;
    });
  } else if (is(TypeList<MaxPooling, MaxPoolingGradient, AveragePooling, AveragePoolingGradient,
                         steps::Relu, ReluGradient, steps::Add, SumGradients>{})) {
    for_each_shape([&](Shape& shape) { shape.channels *= factor; });
  }
  return one;
}

/// The greatest relative error of a kernel over random shapes, with odd channels and with multiples
/// of 8.
double plain_cuda_difference(MakeKernels kernels, StepOperation const& kind) {
  MakeKernels const reference = &any_kernels<kernels::Reference, double>;
  double worst = 0;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    Random random(seed), again(seed);
    Count const factor = seed % 2 == 0 ? 1 : 8;
    auto const one = with_channels(random_case(kind, random), factor);
    random_case(kind, again);
    auto reads = random_reads(reference, one, random);
    std::visit(
        [&]<class Operation>(Operation const&) {
          for (std::size_t i = 0; i < reads.size(); ++i)
            if (!AccumulatedArguments<Operation, true>::read(i) &&
                static_cast<int>(i) != ArgumentRoles<Operation>::index_read)
              reads[i] = rounded(reads[i], type_of(kernels));
        },
        kind);
    auto const expected = run_step(reference(), one.what, one.shapes, reads);

    auto const results = run_in_own_layout(kernels, one, reads);

    for (std::size_t i = 0; i < results.size(); ++i)
      worst = std::max(worst, relative_error(results[i], expected[i]));
  }
  return worst;
}

/// Max pooling and its gradient agree with the reference's: the selection is the set's own.
void check_max_pooling(MakeKernels kernels) {
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    Random random(seed);
    Count const factor = seed % 2 == 0 ? 1 : 8;
    auto const one = with_channels(random_case(steps::MaxPooling{}, random), factor);
    Shape const x = one.shapes.reads[0], y = one.shapes.writes[0];
    Values input = random.distinct(x);  // multiples of 1/16: up to 128 exact in a half
    for (double& number : input) number = std::fmod(number, 8);
    Values const dy = rounded(random.numbers(y), type_of(kernels));
    auto pooled = [&](MakeKernels set, Layout l) {
      auto const forward = run_step(set(), one.what, Shapes{{x}, {y, y}, {{l}, {l, l}}},
                                    {in_layout(input, x, Layout::plain, l)});
      steps::MaxPoolingGradient const gradient{std::get<steps::MaxPooling>(one.what).window};
      auto const backward = run_step(set(), gradient, Shapes{{y, y}, {x}, {{l, l}, {l}}},
                                     {in_layout(dy, y, Layout::plain, l), forward[1]});
      return std::pair(in_layout(forward[0], y, l, Layout::plain),
                       in_layout(backward[0], x, l, Layout::plain));
    };

    auto const expected = pooled(&any_kernels<kernels::Reference, double>, Layout::plain);
    auto const results = pooled(kernels, Layout::channels_last);

    CHECK(results.first == expected.first);
    CHECK(relative_error(results.second, expected.second) <= one_rounding(type_of(kernels)));
  }
}

}  // namespace

void check_plain_cuda(MakeKernels kernels) {
  auto check = [&]<class... Operation>(TypeList<Operation...>) {
    for (StepOperation const& kind : {StepOperation(Operation{})...}) {
      INFO("step: ", std::string(name(kind)));
      CHECK(plain_cuda_difference(kernels, kind) <= one_rounding(type_of(kernels)));
    }
  };
  check(TypeList<steps::Convolution, steps::ConvolutionDataGradient,
                 steps::ConvolutionFilterGradient, steps::FullyConnected,
                 steps::FullyConnectedDataGradient, steps::FullyConnectedWeightGradient,
                 steps::NormalizationStatistics, steps::NormalizationApply,
                 steps::NormalizationParameterGradient, steps::NormalizationDataGradient,
                 steps::UpdateRunningStatistics, steps::Relu, steps::ReluGradient, steps::Add,
                 steps::SumGradients, steps::AveragePooling, steps::AveragePoolingGradient,
                 steps::Softmax, steps::SoftmaxCrossEntropy, steps::Accumulate>{});
  check_max_pooling(kernels);
}

void check_fused_normalization(MakeKernels kernels) {
  NumberType const type = type_of(kernels);
  using enum steps::NormalizationEnding;
  constexpr double epsilon = 1e-3;
  Layout const l = Layout::channels_last;
  auto step = [&](StepOperation const& what, std::vector<Shape> reads, std::vector<Shape> writes,
                  std::vector<Values> const& values) {
    Shapes shapes{std::move(reads), std::move(writes)};
    for (std::size_t i = 0; i < shapes.reads.size(); ++i) shapes.layouts.reads.push_back(l);
    for (std::size_t i = 0; i < shapes.writes.size(); ++i) shapes.layouts.writes.push_back(l);
    return run_step(kernels(), what, shapes, values);
  };
  for (Count channels : {1, 3, 16, 72})
    for (Shape x : {Shape{1, channels, 1, 1}, Shape{3, channels, 5, 4}, Shape{2, channels, 40, 21}})
      for (auto ending : {none, relu, add_relu})
        for (int gradients : {1, 2})
          for (auto mask : {steps::ReluMask::result, steps::ReluMask::bits}) {
            bool const has_bits = mask == steps::ReluMask::bits;
            if (has_bits && (ending != add_relu || size_in_bytes(type) != 2 || channels % 8 != 0))
              continue;
            INFO(text(x), name(ending), " gradients ", gradients, " bits ", has_bits);
            Random random(static_cast<std::uint64_t>(channels));
            Shape const c{.items = channels}, s{.items = 2, .channels = channels};
            Values const input = rounded(random.numbers(x), type),
                         addend = rounded(random.numbers(x), type),
                         dy = rounded(random.numbers(x), type),
                         dy2 = rounded(random.numbers(x), type), scale = random.numbers(c),
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
            CHECK(relative_error(backward[2], dx) <= 2 * half_an_ulp(type));
            if (ending == add_relu) CHECK(backward[3] == whole);
          }
}

void check_far_mean(MakeKernels kernels) {
  Shape const x{4, 5, 30, 30};
  Random random(3);
  Values values = random.numbers(x);
  for (double& value : values) value = static_cast<float>(30000 + value);
  AnyStepCase const one{steps::NormalizationStatistics{}, {{x}, {{.items = 2, .channels = 5}}, {}}};

  auto const results = run_in_own_layout(kernels, one, {values});
  auto const expected = run_step<kernels::Reference, double>(one.what, one.shapes, {values});

  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(std::abs(results[0][i] - expected[0][i]) <= 0x1p-9);  // an ulp of 30000
    CHECK(std::abs(results[0][5 + i] / expected[0][5 + i] - 1) <= 1e-5);
  }
}

void check_reorder(MakeKernels kernels) {
  NumberType const type = type_of(kernels);
  for (Shape x : {Shape{3, 5, 7, 4}, Shape{2, 64, 9, 9}, Shape{1, 1, 40, 40}}) {
    Values const values = rounded(Random(1).numbers(x), type);
    auto move = [&](Layout from, Layout to, Values const& given) {
      return run_step(kernels(), steps::Reorder{}, Shapes{{x}, {x}, {{from}, {to}}}, {given})[0];
    };
    Values const there = move(Layout::plain, Layout::channels_last, values);
    CHECK(there == in_layout(values, x, Layout::plain, Layout::channels_last));
    CHECK(move(Layout::channels_last, Layout::plain, there) == values);
  }
}

void check_stored_weights(MakeKernels kernels) {
  NumberType const type = type_of(kernels);
  Shape const first{4, 3, 3, 2}, second{5, 7, 1, 1}, third{2, 2, 2, 2};
  Count const before = 10, between = 3, after = 8;
  steps::StoreWeights what;
  what.filters = {{before, first},
                  {before + first.elements() + between, second},
                  {before + first.elements() + between + second.elements(), third}};
  Shape const all{.items = what.filters[2].offset + third.elements() + after};
  Values const parameters = Random(5).numbers(all);
  Values expected = rounded(parameters, type);
  for (auto const& [offset, shape] : what.filters) {
    auto const begin = expected.begin() + offset;
    Values const filters(begin, begin + shape.elements());
    std::ranges::copy(in_layout(filters, shape, Layout::plain, Layout::channels_last), begin);
  }

  CHECK(run_step(kernels(), what, Shapes{{all}, {all}, {}}, {parameters})[0] == expected);
}

void check_cross_entropy(MakeKernels kernels) {
  NumberType const type = type_of(kernels);
  Shape const logits{.items = 3, .channels = 1000};
  steps::SoftmaxCrossEntropy const what{0.1, 0.25};
  Random random(2);
  Values const values = rounded(random.numbers(logits), type);
  Values labels{7, 0, 999};
  auto const plain =
      run_step(kernels(), what, Shapes{{logits, {.items = 3}}, {{}, logits}, {}}, {values, labels});
  auto const scaled =
      run_step(kernels(), what, Shapes{{logits, {.items = 3}, {}}, {{}, logits}, {}},
               {values, labels, {1024}});
  CHECK(scaled[0] == plain[0]);
  for (std::size_t i : {0u, 7u, 1000u, 2999u})
    CHECK(std::abs(scaled[1][i] - 1024 * plain[1][i]) <=
          1024 * (2 * half_an_ulp(type) * std::abs(plain[1][i]) + 0x1p-24));
  labels[1] = 1000;
  auto const wrong =
      run_step(kernels(), what, Shapes{{logits, {.items = 3}}, {{}, logits}, {}}, {values, labels});
  CHECK(std::isnan(wrong[0][0]));
}

}  // namespace ai500::testing
