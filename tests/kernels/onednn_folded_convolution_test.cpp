// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/onednn/folded_convolution.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include <ai500/kernels/onednn.hpp>

#include "harness.hpp"

namespace ai500::testing {

namespace {

struct Folded {
  char const* name;
  Shape x;
  Count filters;
  Window window;
  Count groups = 1;

  Shape y() const {
    Extent const out = window_positions(window, x);
    return {x.items, filters, out.height, out.width};
  }
  Shapes shapes(steps::NormalizationEnding ending) const {
    Shapes all{{x,
                {filters, x.channels / groups, window.kernel.height, window.kernel.width},
                {.items = 2, .channels = filters},
                {.items = filters},
                {.items = filters}},
               {y()}};
    if (ending == steps::NormalizationEnding::add_relu) all.reads.push_back(y());
    return all;
  }
};

Folded const places[] = {
    {"in blocks of 16, 3x3", {2, 32, 7, 9}, 48, square(3, 1, 1)},
    {"3x3 that pads its last tiles, some chunks of them", {3, 16, 37, 26}, 16, square(3, 1, 1)},
    {"in blocks of 16, 1x1 with a stride", {3, 16, 8, 8}, 32, square(1, 2)},
    {"in blocks of 8", {1, 24, 9, 5}, 40, square(3, 2, 1)},
    {"a stem", {2, 3, 23, 23}, 64, square(7, 2, 3)},
    {"no blocks", {2, 10, 7, 7}, 13, square(3, 1, 1)},
    {"depthwise", {2, 32, 7, 7}, 32, square(3, 1, 1), 32},
    {"groups", {2, 64, 6, 6}, 32, square(3, 2, 1), 4},
    {"one pixel", {4, 32, 1, 1}, 48, square(1)},
    {"larger than a cache, in which items are widened one by one",
     {3, 16, 190, 192},
     16,
     square(1)},
};

/// The steps that are joined, one after the other, in double.
Values one_by_one(Folded const& place, double epsilon, steps::NormalizationEnding ending,
                  std::vector<Values> const& reads) {
  using kernels::Reference;
  Shapes const all = place.shapes(ending);
  Shape const y = place.y();
  Values value =
      run_step<Reference, double>(steps::Convolution{place.window, place.groups},
                                  {{all.reads[0], all.reads[1]}, {y}}, {reads[0], reads[1]})[0];
  value = run_step<Reference, double>(steps::NormalizationApply{epsilon},
                                      {{y, all.reads[2], all.reads[3], all.reads[4]}, {y}},
                                      {value, reads[2], reads[3], reads[4]})[0];
  if (ending == steps::NormalizationEnding::add_relu)
    value = run_step<Reference, double>(steps::Add{}, {{y, y}, {y}}, {value, reads[5]})[0];
  if (ending != steps::NormalizationEnding::none)
    value = run_step<Reference, double>(steps::Relu{}, {{y}, {y}}, {value})[0];
  return value;
}

/// Compares the kernel with the steps that it joins, on rounded numbers, in plain layouts and in
/// those it offers.
template <class T, class Kernels = kernels::OneDnn>
void check_places(double tolerance) {
  using enum steps::NormalizationEnding;
  using Kernel = typename Kernels::template for_operation<steps::ConvolutionEvaluation>;
  Types const types{number_type<T>, NumberType::float32};
  for (int threads : {1, 2}) {
    devices::Host host = kernels::OneDnn::Traits::make_device({.threads = threads});
    for (Folded const& place : places)
      for (steps::NormalizationEnding ending : {none, relu, add_relu}) {
        INFO(std::string(place.name), std::string(name(ending)), ", threads: ", threads);
        steps::ConvolutionEvaluation const what{place.window, place.groups, 1e-3, ending};
        Shapes const plain = place.shapes(ending);
        Random random(17);
        std::vector<Values> reads;
        for (Shape const& shape : plain.reads) reads.push_back(rounded<T>(random.numbers(shape)));
        for (std::size_t i = reads[2].size() / 2; i < reads[2].size(); ++i)
          reads[2][i] = std::abs(reads[2][i]);  // variances
        Values const expected = one_by_one(place, what.epsilon, ending, reads);

        auto const options = Kernel::layouts(host, what, plain, types);
        REQUIRE(options.size() == 1);
        for (StepLayouts const& layouts : {StepLayouts{}, options[0]}) {
          Shapes shapes = plain;
          shapes.layouts = layouts;
          std::vector<Values> given;
          for (std::size_t i = 0; i < reads.size(); ++i)
            given.push_back(in_layout(reads[i], shapes.reads[i], Layout::plain, layouts.read(i)));
          for (std::string const& way : Kernel::ways(host, what, shapes, types)) {
            INFO(way);
            shapes.way = way;
            Values const result = run_step<Kernels, T>(what, shapes, given)[0];
            CHECK(
                relative_error(in_layout(result, shapes.writes[0], layouts.write(0), Layout::plain),
                               expected) <= tolerance);
          }
        }
      }
  }
}

}  // namespace

TEST_CASE(
    "OneDnn: a convolution with its normalization and ending folded in is within 1e-5 of the "
    "reference's steps one by one") {
  check_places<float>(1e-5);
}

TEST_CASE(
    "OneDnnWinograd: a folded convolution is within 1e-4 of the reference's steps one by one") {
  check_places<float, kernels::OneDnnWinograd>(1e-4);
}

TEST_CASE("OneDnn: a folded convolution has no way of another name") {
  using Kernel = kernels::OneDnn::for_operation<steps::ConvolutionEvaluation>;
  devices::Host host;
  Folded const place{"", {2, 16, 5, 5}, 32, square(3, 1, 1)};
  Shapes shapes = place.shapes(steps::NormalizationEnding::none);
  // In plain layouts there is no sum of outer products.
  for (char const* way : {"another", "ai500:outer_products"}) {
    shapes.way = way;
    CHECK_THROWS_WITH_AS(
        Kernel::prepare(host, {place.window, 1, 1e-3, steps::NormalizationEnding::none}, shapes,
                        {}),
        doctest::Contains(way), Error);
  }
}

TEST_CASE("OneDnn: a folded convolution in bfloat16 rounds its weights and its results once") {
  check_places<bfloat16>(2 * bfloat16_tolerance);
}

TEST_CASE_TEMPLATE(
    "OneDnn, OneDnnWinograd: a folded convolution keeps its weights until it must forget them",
    Kernels, kernels::OneDnn, kernels::OneDnnWinograd) {
  using Kernel = typename Kernels::template for_operation<steps::ConvolutionEvaluation>;
  devices::Host host;
  Folded const place{"", {2, 16, 5, 5}, 32, square(3, 1, 1)};
  steps::ConvolutionEvaluation const what{place.window, 1, 1e-3, steps::NormalizationEnding::none};
  Shapes shapes = place.shapes(what.ending);
  shapes.layouts = Kernel::layouts(host, what, shapes, {}).front();
  auto prepared = Kernel::prepare(host, what, shapes, {});
  std::vector<std::vector<float>> reads;
  for (Shape const& shape : shapes.reads)
    reads.emplace_back(static_cast<std::size_t>(shape.elements()), 1.0f);
  std::vector<float> y(static_cast<std::size_t>(place.y().elements()));
  auto run_with = [&](float weight) {
    std::ranges::fill(reads[1], weight);
    std::vector<void*> from;
    for (auto& read : reads) from.push_back(read.data());
    std::vector<void*> const to{y.data()};
    prepared.run(Arguments(from, to));
    return y;
  };

  std::vector<float> const ones = run_with(1);
  std::vector<float> const kept = run_with(2);
  prepared.forget_weights();
  std::vector<float> const twos = run_with(2);

  CHECK(kept == ones);
  double const tolerance = std::is_same_v<Kernels, kernels::OneDnn> ? 1e-5 : 1e-4;
  // A normalization with statistics, scale and shift of 1: twice the weights, twice y + f - 1.
  float const factor = 1 / std::sqrt(1.001f);
  for (std::size_t i = 0; i < y.size(); ++i)
    CHECK(twos[i] == doctest::Approx(2 * ones[i] + factor - 1).epsilon(tolerance));
}

TEST_CASE(
    "OneDnnWinograd: a folded 3x3 convolution in blocks is another algorithm's than OneDnn's") {
  devices::Host host;
  if (host.instructions() == devices::InstructionSet::generic) {
    MESSAGE("SKIPPED: our own convolutions are offered with AVX2 and AVX-512 only");
    return;
  }
  Folded const& place = places[0];
  steps::ConvolutionEvaluation const what{place.window, 1, 1e-3, steps::NormalizationEnding::none};
  Shapes shapes = place.shapes(what.ending);
  shapes.layouts =
      kernels::onednn::WinogradEvaluation::layouts(host, what, shapes, Types{}).front();
  Random random(17);
  std::vector<Values> reads;
  for (Shape const& shape : shapes.reads) reads.push_back(random.numbers(shape));
  for (double& statistic : reads[2]) statistic = std::abs(statistic);  // half are variances

  CHECK(run_step<kernels::OneDnnWinograd, float>(what, shapes, reads) !=
        run_step<kernels::OneDnn, float>(what, shapes, reads));
}

TEST_CASE("OneDnn: a folded convolution's shapes that do not fit are named") {
  using Folding = kernels::onednn::ConvolutionEvaluation;
  using enum steps::NormalizationEnding;
  devices::Host host;
  Folded const place{"", {2, 4, 5, 5}, 6, square(3, 1, 1)};
  auto prepare = [&](steps::NormalizationEnding ending, Shapes const& shapes) {
    return Folding::prepare(host, {place.window, 1, 1e-3, ending}, shapes, {});
  };
  Shapes statistics = place.shapes(relu);
  statistics.reads[2] = {.items = 2, .channels = 4};
  Shapes addend = place.shapes(add_relu);
  addend.reads[5] = place.x;

  CHECK_THROWS_WITH_AS(prepare(relu, statistics),
                       doctest::Contains("statistics is 2x4x1x1 and must be 2x6x1x1"), GraphError);
  CHECK_THROWS_WITH_AS(prepare(add_relu, addend),
                       doctest::Contains("addend is 2x4x5x5 and must be 2x6x5x5"), GraphError);
  CHECK_THROWS_WITH_AS(prepare(add_relu, place.shapes(relu)),
                       doctest::Contains("must read 6 and write 1 values"), GraphError);
  CHECK_NOTHROW(prepare(add_relu, place.shapes(add_relu)));
}

}  // namespace ai500::testing
