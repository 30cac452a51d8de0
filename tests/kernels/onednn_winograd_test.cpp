// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/onednn/winograd.hpp>
//
#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <vector>

#include <ai500/kernels/onednn.hpp>

#include "harness.hpp"

namespace ai500::testing {

namespace {

using kernels::OneDnn;
using kernels::OneDnnWinograd;

struct Place {
  char const* name;
  Shape x;
  Count filters;
  Window window;
  Count groups = 1;

  /// In the layouts that OneDnn offers here.
  template <class Operation>
  Shapes shapes() const {
    Extent const out = window_positions(window, x);
    Shape const weight{filters, x.channels / groups, window.kernel.height, window.kernel.width};
    Shape const y{x.items, filters, out.height, out.width};
    Shapes shapes;
    if constexpr (std::is_same_v<Operation, steps::Convolution>)
      shapes = {{x, weight}, {y}};
    else if constexpr (std::is_same_v<Operation, steps::ConvolutionDataGradient>)
      shapes = {{y, weight}, {x}};
    else
      shapes = {{x, y}, {weight}};
    devices::Host host;
    shapes.layouts = OneDnn::template for_operation<Operation>::layouts(
                         host, Operation{window, groups}, shapes, Types{})
                         .front();
    return shapes;
  }
};

Place const with_winograd[] = {
    {"as in ResNet-50's first stage", {1, 64, 56, 56}, 64, square(3, 1, 1)},
    {"more filters than channels, tiles that do not fit", {2, 32, 13, 9}, 48, square(3, 1, 1)},
    {"as in ResNet-50's last stage", {2, 512, 7, 7}, 512, square(3, 1, 1)},
};
Place const without[] = {
    {"stride", {2, 32, 14, 14}, 32, square(3, 2, 1)},
    {"1x1", {2, 32, 14, 14}, 48, square(1)},
    {"groups", {2, 64, 14, 14}, 64, square(3, 1, 1), 4},
};

template <class Operation>
std::vector<Values> numbers(Shapes const& shapes) {
  Random random(5);
  std::vector<Values> reads;
  for (Shape const& shape : shapes.reads) reads.push_back(random.numbers(shape));
  return reads;
}

/// The values of a step's reads or of its write in their layouts, from plain ones.
std::vector<Values> laid_out(std::vector<Values> values, Shapes const& shapes) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = in_layout(values[i], shapes.reads[i], Layout::plain, shapes.layouts.read(i));
  return values;
}

/// relative_error of a set's kernel to the reference in double.
template <class Kernels, class Operation>
double error(Operation const& what, Shapes const& shapes) {
  std::vector<Values> const reads = numbers<Operation>(shapes);
  Shapes plain = shapes;
  plain.layouts = {};
  plain.way.clear();
  Values const expected = run_step<kernels::Reference, double>(what, plain, reads)[0];
  Values const result = run_step<Kernels, float>(what, shapes, laid_out(reads, shapes))[0];
  return relative_error(in_layout(result, shapes.writes[0], shapes.layouts.write(0), Layout::plain),
                        expected);
}

template <class Kernels, class Operation>
std::vector<std::string> ways(Operation const& what, Shapes const& shapes) {
  devices::Host host;
  return Kernels::template for_operation<Operation>::ways(host, what, shapes, Types{});
}

bool is_winograd(std::string const& way) { return way.find("wino") != std::string::npos; }
bool is_own(std::string const& way) { return way.starts_with("ai500:"); }

}  // namespace

TEST_CASE_TEMPLATE("OneDnnWinograd: is ours, within 1e-4 of the reference", Operation,
                   steps::Convolution, steps::ConvolutionDataGradient,
                   steps::ConvolutionFilterGradient) {
  for (Place const& place : with_winograd) {
    INFO(std::string(place.name));
    Operation const what{place.window};
    Shapes const shapes = place.shapes<Operation>();

    std::string const way = ways<OneDnnWinograd>(what, shapes).front();
    CHECK(is_winograd(way) == kernels::onednn::has_winograd());
    CHECK((is_winograd(way) && is_own(way)) == kernels::onednn::has_winograd());
    // Rounding errors of tiles of 4x4 are ten to a hundred times those of direct sums.
    CHECK(error<OneDnnWinograd>(what, shapes) <= 1e-4);
  }
}

TEST_CASE_TEMPLATE("OneDnnWinograd: elsewhere it is the direct algorithm, bit by bit", Operation,
                   steps::Convolution, steps::ConvolutionDataGradient,
                   steps::ConvolutionFilterGradient) {
  for (Place const& place : without) {
    INFO(std::string(place.name));
    Operation const what{place.window, place.groups};
    Shapes const shapes = place.shapes<Operation>();
    auto const reads = laid_out(numbers<Operation>(shapes), shapes);

    CHECK(ways<OneDnnWinograd>(what, shapes) == ways<OneDnn>(what, shapes));
    CHECK(run_step<OneDnnWinograd, float>(what, shapes, reads) ==
          run_step<OneDnn, float>(what, shapes, reads));
  }
}

TEST_CASE_TEMPLATE("OneDnn: each of its ways is within 1e-5 of the reference, Winograd's 1e-4",
                   Operation, steps::Convolution, steps::ConvolutionDataGradient,
                   steps::ConvolutionFilterGradient) {
  for (Place const& place : {with_winograd[1], without[0], without[1], without[2]}) {
    Operation const what{place.window, place.groups};
    Shapes shapes = place.shapes<Operation>();
    for (std::string const& way : ways<OneDnnWinograd>(what, shapes)) {
      INFO(std::string(place.name), ": ", way);
      shapes.way = way;
      CHECK(error<OneDnnWinograd>(what, shapes) <= (is_winograd(way) ? 1e-4 : 1e-5));
    }
    for (std::string const& way : ways<OneDnn>(what, place.shapes<Operation>()))
      CHECK(!is_winograd(way));
  }
}

TEST_CASE("OneDnn: the first of the ways is the one taken where none is asked for") {
  steps::ConvolutionFilterGradient const what{square(1)};
  Shapes shapes = without[1].shapes<steps::ConvolutionFilterGradient>();
  auto const reads = laid_out(numbers<steps::ConvolutionFilterGradient>(shapes), shapes);
  auto const unasked = run_step<OneDnn, float>(what, shapes, reads);

  shapes.way = ways<OneDnn>(what, shapes).front();

  CHECK(run_step<OneDnn, float>(what, shapes, reads) == unasked);
}

TEST_CASE("OneDnn: a way that oneDNN has not is an error that names it") {
  devices::Host host;
  Shapes shapes = without[0].shapes<steps::Convolution>();
  shapes.way = "jit:of_another_processor";

  CHECK_THROWS_WITH_AS(kernels::onednn::Convolution::prepare(host, {square(3, 2, 1)}, shapes, {}),
                       doctest::Contains("has no implementation 'jit:of_another_processor'"),
                       Error);
}

TEST_CASE("OneDnnWinograd: its name says which steps it computes otherwise, its library how") {
  std::string const name = OneDnnWinograd::name();

  for (char const* part :
       {"onednn; ", "convolution: onednn winograd", "convolution data gradient: onednn winograd",
        "convolution filter gradient: onednn winograd", "convolution evaluation: onednn winograd"})
    CHECK_MESSAGE(name.find(part) != std::string::npos, part, " is not in ", name);
  CHECK(OneDnnWinograd::Traits::library().find("Winograd") != std::string::npos);
  CHECK(OneDnn::Traits::library().find("Winograd") == std::string::npos);
}

}  // namespace ai500::testing
