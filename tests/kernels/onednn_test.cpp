// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include <ai500/kernels/onednn.hpp>

#include "harness.hpp"

namespace ai500::testing {

using kernels::OneDnn;

namespace {

/// The same case with `factor` times the channels, so that blocked layouts fit. Channels that a
/// parameter or a statistic has grow too.
template <class Operation>
StepCase<Operation> widened(StepCase<Operation> one, Count factor) {
  using namespace steps;
  auto& reads = one.shapes.reads;
  auto& writes = one.shapes.writes;
  auto grow = [&](Shape& shape) { shape.channels *= factor; };
  if constexpr (std::is_same_v<Operation, Convolution> ||
                std::is_same_v<Operation, ConvolutionDataGradient>) {
    grow(reads[0]), grow(reads[1]), grow(writes[0]);
    reads[1].items *= factor;
  } else if constexpr (std::is_same_v<Operation, ConvolutionFilterGradient>) {
    grow(reads[0]), grow(reads[1]), grow(writes[0]);
    writes[0].items *= factor;
  } else if constexpr (std::is_same_v<Operation, NormalizationStatistics>) {
    grow(reads[0]), grow(writes[0]);
  } else if constexpr (std::is_same_v<Operation, NormalizationApply>) {
    grow(reads[0]), grow(reads[1]), grow(writes[0]);
    reads[2].items = reads[3].items = reads[0].channels;
  } else if constexpr (std::is_same_v<Operation, NormalizationParameterGradient>) {
    grow(reads[0]), grow(reads[1]), grow(reads[2]);
    writes[0].items = writes[1].items = reads[0].channels;
  } else if constexpr (std::is_same_v<Operation, NormalizationDataGradient>) {
    grow(reads[0]), grow(reads[1]), grow(reads[2]), grow(writes[0]);
    reads[3].items = reads[4].items = reads[5].items = reads[0].channels;
  } else {
    for (Shape& shape : reads) grow(shape);
    for (Shape& shape : writes) grow(shape);
  }
  return one;
}

/// The greatest difference to the reference of a kernel in every layout it offers, over 24 random
/// shapes with 8, 16 and 48 times the channels, on numbers that are rounded to T.
template <class T, class Operation>
double difference_in_layouts(int& blocked) {
  double worst = 0;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    Random random(seed);
    auto const one = widened(random_case<Operation>(random), seed % 3 == 0   ? 8
                                                             : seed % 3 == 1 ? 16
                                                                             : 48);
    auto reads = random_reads<kernels::Reference, float>(one, random);
    for (Values& read : reads) read = rounded<T>(read);
    auto const expected = run_step<kernels::Reference, double>(one.what, one.shapes, reads);

    devices::Host host;
    using Kernel = typename OneDnn::template for_operation<Operation>;
    Types const types{number_type<T>, NumberType::float32};
    for (StepLayouts const& layouts : Kernel::layouts(host, one.what, one.shapes, types)) {
      Shapes shapes = one.shapes;
      shapes.layouts = layouts;
      std::vector<Values> given;
      for (std::size_t i = 0; i < reads.size(); ++i)
        given.push_back(in_layout(reads[i], shapes.reads[i], Layout::plain, layouts.read(i)));
      auto const results = run_step<OneDnn, T>(one.what, shapes, given);
      for (std::size_t i = 0; i < results.size(); ++i) {
        blocked += layouts.write(i) != Layout::plain;
        worst = std::max(worst, relative_error(in_layout(results[i], shapes.writes[i],
                                                         layouts.write(i), Layout::plain),
                                               expected[i]));
      }
      for (Layout layout : layouts.reads) blocked += layout != Layout::plain;
    }
  }
  return worst;
}

/// What is written in bfloat16 is rounded once, what is accumulated is written in FP32.
template <class Operation>
constexpr double layout_tolerance = AccumulatedArguments<Operation>::write(0)
                                        ? 1e-5
                                        : bfloat16_tolerance* stored_sums<Operation>;

}  // namespace

TEST_CASE("OneDnn: every kernel is within 1e-5 of the reference, in the plain layout") {
  check_against_reference<OneDnn, float>(1e-5);
}

TEST_CASE("OneDnn: in bfloat16 every kernel is the reference rounded once, in the plain layout") {
  check_against_reference<OneDnn, bfloat16>(bfloat16_tolerance, 1e-5);
}

TEST_CASE_TEMPLATE("OneDnn: every kernel is within 1e-5 of the reference in all layouts it offers",
                   Operation, steps::Convolution, steps::ConvolutionDataGradient,
                   steps::ConvolutionFilterGradient, steps::NormalizationStatistics,
                   steps::NormalizationApply, steps::NormalizationParameterGradient,
                   steps::NormalizationDataGradient, steps::AveragePooling,
                   steps::AveragePoolingGradient) {
  int blocked = 0;

  CHECK(difference_in_layouts<float, Operation>(blocked) <= 1e-5);
  CHECK(blocked >= 20);  // the blocked code has really run
}

TEST_CASE_TEMPLATE(
    "OneDnn: in bfloat16 every kernel is the reference, rounded once, in all layouts it offers",
    Operation, steps::Convolution, steps::ConvolutionDataGradient, steps::ConvolutionFilterGradient,
    steps::NormalizationStatistics, steps::NormalizationApply,
    steps::NormalizationParameterGradient, steps::NormalizationDataGradient, steps::AveragePooling,
    steps::AveragePoolingGradient) {
  int blocked = 0;

  CHECK(difference_in_layouts<bfloat16, Operation>(blocked) <= layout_tolerance<Operation>);
  CHECK(blocked >= 10);  // convolutions in blocks of 16 only
}

TEST_CASE("OneDnn: a normalization rounds to bfloat16 as core does, every number there is") {
  Shape const x{1, 16, 64, 64}, channels{.items = 16}, statistics{.items = 2, .channels = 16};
  std::vector<bfloat16> input(65536), result(input.size());
  for (std::size_t i = 0; i < input.size(); ++i)
    input[i] = bfloat16::from_bits(static_cast<std::uint16_t>(i));
  float const factor = 1.2345678f;
  std::vector<float> mean_and_variance(32, 0.0f), scale(16, factor), shift(16, 0.0f);
  std::fill(mean_and_variance.begin() + 16, mean_and_variance.end(), 1.0f);
  void* const reads[] = {input.data(), mean_and_variance.data(), scale.data(), shift.data()};
  void* const writes[] = {result.data()};

  for (Layout layout : {Layout::plain, Layout::channels_8, Layout::channels_16}) {
    devices::Host host;
    Shapes const shapes{{x, statistics, channels, channels}, {x}, {{layout}, {layout}}};
    auto prepared = kernels::onednn::NormalizationApply::prepare(
        host, {0}, shapes, {NumberType::bfloat16, NumberType::float32});
    prepared.run(Arguments(reads, writes));

    int wrong = 0;
    for (std::size_t i = 0; i < input.size(); ++i) {
      bfloat16 const expected(factor * static_cast<float>(input[i]) + 0.0f);
      if (std::isnan(static_cast<float>(expected)))
        wrong += !std::isnan(static_cast<float>(result[i]));
      else
        wrong += result[i].bits() != expected.bits();
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE_TEMPLATE("OneDnn: max pooling and its gradient are the reference's in blocked layouts", T,
                   float, bfloat16) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    Random random(seed);
    auto const one = widened(random_case<steps::MaxPooling>(random), seed % 2 == 0 ? 16 : 8);
    Layout const layout = seed % 2 == 0 ? Layout::channels_16 : Layout::channels_8;
    Shape const x = one.shapes.reads[0], y = one.shapes.writes[0];
    Values const input = rounded<T>(random.distinct(x)), dy = rounded<T>(random.numbers(y));
    auto pooled = [&]<class Kernels, class Number>(Kernels, Number, Layout l) {
      auto const forward = run_step<Kernels, Number>(one.what, Shapes{{x}, {y, y}, {{l}, {l}}},
                                                     {in_layout(input, x, Layout::plain, l)});
      auto const backward = run_step<Kernels, Number>(
          steps::MaxPoolingGradient{one.what.window}, Shapes{{y, y}, {x}, {{l}, {l}}},
          {in_layout(dy, y, Layout::plain, l), forward[1]});
      return std::pair(in_layout(forward[0], y, l, Layout::plain),
                       in_layout(backward[0], x, l, Layout::plain));
    };

    auto const expected = pooled(kernels::Reference{}, double{}, Layout::plain);
    auto const results = pooled(OneDnn{}, T{}, layout);

    CHECK(results.first == expected.first);
    // Overlapping windows are added up as they are stored.
    CHECK(relative_error(results.second, expected.second) <=
          stored_tolerance<T> * stored_sums<steps::MaxPoolingGradient>);
  }
}

TEST_CASE_TEMPLATE("OneDnn: a reorder moves every element, there and back", T, float, bfloat16) {
  Random random(1);
  Shape const x{3, 32, 5, 7};
  Values const values = rounded<T>(random.numbers(x));
  for (Layout layout : {Layout::channels_8, Layout::channels_16}) {
    auto const there = run_step<OneDnn, T>(steps::Reorder{},
                                           Shapes{{x}, {x}, {{Layout::plain}, {layout}}}, {values});
    auto const back =
        run_step<OneDnn, T>(steps::Reorder{}, Shapes{{x}, {x}, {{layout}, {Layout::plain}}}, there);

    CHECK(there[0] == in_layout(values, x, Layout::plain, layout));
    CHECK(back[0] == values);
  }
}

namespace {

using steps::NormalizationEnding;

/// A normalization with random shapes and numbers, activations stored as T, whose fused steps are
/// compared with the reference's steps one after the other.
template <class T>
struct FusedCase {
  Shape x, channels, statistics;
  Layout layout;
  NormalizationEnding ending;
  Values input, scale, shift, addend, dy, dy2;

  FusedCase(std::uint64_t seed, NormalizationEnding e) : ending(e) {
    Random random(seed);
    layout = seed % 2 == 0 ? Layout::channels_16 : Layout::channels_8;
    Count const blocks = 1 + static_cast<Count>(seed % 5);
    x = {1 + static_cast<Count>(seed % 4), blocks * channel_block(layout, {}),
         3 + static_cast<Count>(seed % 6), 2 + static_cast<Count>(seed % 7)};
    channels = {.items = x.channels};
    statistics = {.items = 2, .channels = x.channels};
    input = random.numbers(x);
    for (double& value : input) value = 3 * value + 7;
    input = rounded<T>(input);
    scale = random.numbers(channels);
    shift = random.numbers(channels);
    addend = rounded<T>(random.numbers(x));
    dy = rounded<T>(random.numbers(x));
    dy2 = rounded<T>(random.numbers(x));
  }

  bool adds() const { return ending == NormalizationEnding::add_relu; }
  Values blocked(Values const& values) const { return in_layout(values, x, Layout::plain, layout); }
  Values plain(Values const& values) const { return in_layout(values, x, layout, Layout::plain); }

  /// The layouts of a fused step: its activations are blocked.
  Shapes shapes(std::vector<Shape> reads, std::vector<Shape> writes) const {
    Shapes result{std::move(reads), std::move(writes), {}};
    for (Shape const& s : result.reads)
      result.layouts.reads.push_back(s == x ? layout : Layout::plain);
    for (Shape const& s : result.writes)
      result.layouts.writes.push_back(s == x ? layout : Layout::plain);
    return result;
  }

  template <class Operation>
  Values reference(Operation what, std::vector<Shape> reads, std::vector<Shape> writes,
                   std::vector<Values> given, std::size_t which = 0) const {
    return run_step<kernels::Reference, float>(what, Shapes{reads, writes, {}}, given)[which];
  }

  Values expected_statistics() const {
    return reference(steps::NormalizationStatistics{}, {x}, {statistics}, {input});
  }
  Values expected_y(Values const& with) const {
    Values y = reference(steps::NormalizationApply{}, {x, statistics, channels, channels}, {x},
                         {input, with, scale, shift});
    if (adds()) y = reference(steps::Add{}, {x, x}, {x}, {y, addend});
    if (ending != NormalizationEnding::none) y = reference(steps::Relu{}, {x}, {x}, {y});
    return y;
  }
};

constexpr NormalizationEnding all_endings[] = {NormalizationEnding::none, NormalizationEnding::relu,
                                               NormalizationEnding::add_relu};

}  // namespace

TEST_CASE_TEMPLATE("OneDnn: a fused normalization is the reference's steps one after the other", T,
                   float, bfloat16) {
  for (NormalizationEnding ending : all_endings)
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
      FusedCase<T> const one(seed, ending);
      std::vector<Shape> reads{one.x, one.channels, one.channels};
      std::vector<Values> given{one.blocked(one.input), one.scale, one.shift};
      if (one.adds()) {
        reads.push_back(one.x);
        given.push_back(one.blocked(one.addend));
      }

      auto const results = run_step<OneDnn, T>(steps::NormalizationForward{1e-5, ending},
                                               one.shapes(reads, {one.statistics, one.x}), given);

      Values const statistics = one.expected_statistics();
      CHECK(relative_error(results[0], statistics) <= 1e-5);
      CHECK(relative_error(one.plain(results[1]), one.expected_y(statistics)) <=
            stored_tolerance<T>);
    }
}

TEST_CASE_TEMPLATE("OneDnn: a fused normalization of an evaluation is the reference's steps", T,
                   float, bfloat16) {
  for (NormalizationEnding ending : {NormalizationEnding::relu, NormalizationEnding::add_relu})
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
      FusedCase<T> const one(seed, ending);
      Values const statistics = one.expected_statistics();
      std::vector<Shape> reads{one.x, one.statistics, one.channels, one.channels};
      std::vector<Values> given{one.blocked(one.input), statistics, one.scale, one.shift};
      if (one.adds()) {
        reads.push_back(one.x);
        given.push_back(one.blocked(one.addend));
      }

      auto const results = run_step<OneDnn, T>(steps::NormalizationEvaluation{1e-5, ending},
                                               one.shapes(reads, {one.x}), given);

      CHECK(relative_error(one.plain(results[0]), one.expected_y(statistics)) <=
            stored_tolerance<T>);
    }
}

TEST_CASE_TEMPLATE(
    "OneDnn: the gradients of a fused normalization are those of the reference's steps", T, float,
    bfloat16) {
  for (NormalizationEnding ending : all_endings)
    for (int gradients : {1, 2}) {
      if (gradients == 2 && ending != NormalizationEnding::add_relu) continue;
      for (std::uint64_t seed = 0; seed < 24; ++seed) {
        FusedCase<T> const one(seed, ending);
        Values const statistics = one.expected_statistics();
        Values const y = one.expected_y(statistics);
        std::vector<Shape> reads{one.x, one.statistics, one.channels, one.channels, one.x};
        std::vector<Values> given{one.blocked(one.input), statistics, one.scale, one.shift,
                                  one.blocked(one.dy)};
        std::vector<Shape> writes{one.channels, one.channels, one.x};
        Values g = one.dy;
        if (gradients == 2) {
          reads.push_back(one.x);
          given.push_back(one.blocked(one.dy2));
          g = one.reference(steps::SumGradients{}, {one.x, one.x}, {one.x}, {g, one.dy2});
        }
        if (one.adds()) {
          reads.push_back(one.x);
          given.push_back(one.blocked(y));
          writes.push_back(one.x);
        }
        if (ending != NormalizationEnding::none)
          g = one.reference(steps::ReluGradient{}, {one.x, one.x}, {one.x}, {g, y});

        auto const results =
            run_step<OneDnn, T>(steps::NormalizationBackward{1e-5, ending, gradients},
                                one.shapes(reads, writes), given);

        auto const parameters = run_step<kernels::Reference, float>(
            steps::NormalizationParameterGradient{},
            Shapes{{one.x, one.x, one.statistics}, {one.channels, one.channels}, {}},
            {g, one.input, statistics});
        Values const dx = one.reference(
            steps::NormalizationDataGradient{},
            {one.x, one.x, one.statistics, one.channels, one.channels, one.channels}, {one.x},
            {g, one.input, statistics, one.scale, parameters[0], parameters[1]});
        CHECK(relative_error(results[0], parameters[0]) <= 1e-5);
        CHECK(relative_error(results[1], parameters[1]) <= 1e-5);
        // The sum of two gradients is stored, too, before the second pass.
        CHECK(relative_error(one.plain(results[2]), dx) <= (gradients + 1) * stored_tolerance<T>);
        if (one.adds()) CHECK(one.plain(results[3]) == rounded<T>(g));
      }
    }
}

TEST_CASE("OneDnn: a relu behind an addition is kept as bits, with the same results") {
  using steps::ReluMask;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    FusedCase<float> const one(seed, NormalizationEnding::add_relu);
    int const gradients = 1 + static_cast<int>(seed / 2 % 2);
    auto forward = [&](ReluMask mask, std::vector<Shape> writes) {
      return run_step<OneDnn, float>(
          steps::NormalizationForward{1e-5, one.ending, mask},
          one.shapes({one.x, one.channels, one.channels, one.x}, std::move(writes)),
          {one.blocked(one.input), one.scale, one.shift, one.blocked(one.addend)});
    };
    auto backward = [&](ReluMask mask, Values const& statistics, Shape const& shape,
                        Values const& open) {
      std::vector<Shape> reads{one.x, one.statistics, one.channels, one.channels, one.x};
      std::vector<Values> given{one.blocked(one.input), statistics, one.scale, one.shift,
                                one.blocked(one.dy)};
      if (gradients == 2) reads.push_back(one.x), given.push_back(one.blocked(one.dy2));
      reads.push_back(shape);
      given.push_back(open);
      return run_step<OneDnn, float>(
          steps::NormalizationBackward{1e-5, one.ending, gradients, mask},
          one.shapes(reads, {one.channels, one.channels, one.x, one.x}), given);
    };

    auto const kept = forward(ReluMask::bits, {one.statistics, one.x, steps::bits_of(one.x)});
    auto const not_kept = forward(ReluMask::result, {one.statistics, one.x});

    CHECK(kept[0] == not_kept[0]);
    CHECK(kept[1] == not_kept[1]);
    CHECK(are_bits_of(kept[2], kept[1]));  // of y in its layout
    CHECK(backward(ReluMask::bits, kept[0], steps::bits_of(one.x), bits_as_words(kept[1])) ==
          backward(ReluMask::result, kept[0], one.x, kept[1]));
  }
}

TEST_CASE("OneDnn: no bits are kept of a relu in bfloat16") {
  devices::Host host;
  Shape const x{2, 16, 4, 4};
  Types const bfloats{NumberType::bfloat16, NumberType::float32};
  steps::NormalizationForward const what{1e-5, NormalizationEnding::add_relu,
                                         steps::ReluMask::bits};
  using Forward = kernels::onednn::NormalizationForward;
  CHECK(Forward::applicable(host, what, {{x}, {}}, Types{}));
  CHECK(!Forward::applicable(host, what, {{x}, {}}, bfloats));
}

TEST_CASE("OneDnn: other types than FP32 and bfloat16 beside FP32 are refused, by name") {
  devices::Host host;
  Shapes const shapes{{{2, 16, 5, 5}, {16, 16, 3, 3}}, {{2, 16, 5, 5}}};
  Types const half_precision{NumberType::float16, NumberType::float32};

  CHECK(OneDnn::Traits::computes_in({NumberType::bfloat16, NumberType::float32}));
  CHECK_FALSE(OneDnn::Traits::computes_in(half_precision));
  CHECK_FALSE(OneDnn::Traits::computes_in({NumberType::bfloat16, NumberType::bfloat16}));
  CHECK_THROWS_WITH_AS(
      kernels::onednn::Convolution::prepare(host, {square(3, 1, 1)}, shapes, half_precision),
      doctest::Contains("convolution is computed in float32 or in bfloat16, with parameters in "
                        "float32; not in float16"),
      Error);
}

TEST_CASE("slab_parts: as few as keep nine tenths of the threads busy, at most one an item") {
  using kernels::onednn::slab_parts;

  CHECK(slab_parts(4, 16, 1) == 1);
  CHECK(slab_parts(4, 16, 2) == 1);
  CHECK(slab_parts(4, 16, 16) == 4);
  CHECK(slab_parts(5, 16, 2) == 2);  // 5 tasks of 2 threads take 3 rounds: 83 %
  CHECK(slab_parts(1, 3, 16) == 3);
  CHECK(slab_parts(64, 1, 16) == 1);
}

}  // namespace ai500::testing
