// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/kernels/onednn.hpp>

#include "harness.hpp"

namespace ai500::testing {

namespace {

struct NamedConvolution {
  char const* name;
  Shape x;
  Count filters;
  Window window;
  Count groups = 1;

  Shape weight() const {
    return {filters, x.channels / groups, window.kernel.height, window.kernel.width};
  }
  Shape y() const {
    Extent const out = window_positions(window, x);
    return {x.items, filters, out.height, out.width};
  }

  template <class Operation>
  Shapes shapes() const {
    if constexpr (std::is_same_v<Operation, steps::Convolution>) return {{x, weight()}, {y()}};
    if constexpr (std::is_same_v<Operation, steps::ConvolutionDataGradient>)
      return {{y(), weight()}, {x}};
    if constexpr (std::is_same_v<Operation, steps::ConvolutionFilterGradient>)
      return {{x, y()}, {weight()}};
  }
};

NamedConvolution const corners[] = {
    {"depthwise, blocks of 16", {2, 32, 7, 7}, 32, square(3, 1, 1), 32},
    {"depthwise, blocks of 8", {2, 24, 9, 5}, 24, square(3, 2, 1), 24},
    {"depthwise, no blocks", {2, 10, 7, 7}, 10, square(3, 1, 1), 10},
    {"depthwise with two filters a channel", {1, 16, 6, 6}, 32, square(3, 1, 1), 16},
    {"groups of 4 channels, as in ResNeXt", {2, 128, 7, 7}, 128, square(3, 1, 1), 32},
    {"groups of 16 channels", {2, 64, 6, 6}, 32, square(3, 2, 1), 4},
    {"groups of 3 channels", {1, 9, 6, 6}, 6, square(3, 1, 1), 3},
    {"one pixel, 1x1", {4, 32, 1, 1}, 48, square(1)},
    {"one pixel, 3x3 of which only the middle is inside", {2, 16, 1, 1}, 16, square(3, 1, 1)},
    {"one pixel comes out", {3, 16, 7, 7}, 32, square(7)},
    {"one image, one channel, one filter", {1, 1, 5, 5}, 1, square(3, 1, 1)},
    {"three channels into blocks", {1, 3, 15, 15}, 64, square(7, 2, 3)},
    {"channels that 8 divides, 16 does not", {2, 24, 9, 9}, 40, square(3, 1, 1)},
    {"channels that 8 does not divide", {2, 20, 9, 9}, 13, square(3, 1, 1)},
    {"blocks in, none out", {2, 32, 9, 9}, 10, square(3, 1, 1)},
    {"none in, blocks out", {2, 10, 9, 9}, 32, square(3, 1, 1)},
    {"odd sizes", {3, 16, 13, 7}, 16, square(3, 2, 1)},
    {"a stride that skips pixels", {2, 16, 11, 9}, 16, square(2, 3)},
    {"a stride far larger than the kernel", {1, 16, 17, 17}, 16, square(1, 8)},
    {"pixels behind the last window", {2, 16, 10, 10}, 16, square(3, 4, 0)},
    {"a row as kernel", {2, 16, 9, 9}, 16, {{1, 7}, {1, 1}, {0, 3}}},
    {"a column as kernel, other strides", {2, 16, 9, 9}, 16, {{7, 1}, {2, 3}, {3, 0}}},
    {"weights of several tiles, 1x1", {2, 48, 5, 5}, 32, square(1)},
    {"weights of several tiles, 3x3", {2, 32, 6, 6}, 48, square(3, 1, 1)},
    {"weights of several tiles, 2x4", {2, 48, 7, 7}, 32, {{2, 4}, {1, 1}, {0, 0}}},
    {"the padding is all but one of the kernel", {1, 8, 4, 4}, 8, square(4, 1, 3)},
    {"larger than a cache, in which items are widened one by one",
     {3, 16, 190, 192},
     16,
     square(1)},
};

}  // namespace

namespace {

/// The greatest difference to the reference in double of a convolution step on rounded numbers, in
/// all layouts that it offers.
template <class T, class Operation>
void check_corners(double tolerance) {
  using Kernel = kernels::OneDnn::for_operation<Operation>;
  for (int threads : {1, 2}) {
    devices::Host host = kernels::OneDnn::Traits::make_device({.threads = threads});
    for (NamedConvolution const& corner : corners) {
      INFO(std::string(corner.name), ", threads: ", threads);
      Operation const what{corner.window, corner.groups};
      Shapes const plain = corner.shapes<Operation>();
      Random random(17);
      std::vector<Values> reads;
      for (Shape const& shape : plain.reads) reads.push_back(rounded<T>(random.numbers(shape)));
      Values const expected = run_step<kernels::Reference, double>(what, plain, reads)[0];
      Types const types{number_type<T>, NumberType::float32};

      for (StepLayouts const& layouts : Kernel::layouts(host, what, plain, types)) {
        Shapes shapes = plain;
        shapes.layouts = layouts;
        std::vector<Values> given;
        for (std::size_t i = 0; i < reads.size(); ++i)
          given.push_back(in_layout(reads[i], shapes.reads[i], Layout::plain, layouts.read(i)));
        Values const result = run_step<kernels::OneDnn, T>(what, shapes, given)[0];

        CHECK(relative_error(in_layout(result, shapes.writes[0], layouts.write(0), Layout::plain),
                             expected) <= tolerance);
      }
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE(
    "OneDnn: convolutions of unusual shapes are within 1e-5 of the reference in all "
    "layouts they offer",
    Operation, steps::Convolution, steps::ConvolutionDataGradient,
    steps::ConvolutionFilterGradient) {
  check_corners<float, Operation>(1e-5);
}

TEST_CASE_TEMPLATE(
    "OneDnn: convolutions in bfloat16 are the reference's of the rounded numbers, rounded once",
    Operation, steps::Convolution, steps::ConvolutionDataGradient) {
  check_corners<bfloat16, Operation>(bfloat16_tolerance);
}

TEST_CASE("OneDnn: filter gradients of bfloat16 numbers are summed and written in FP32") {
  check_corners<bfloat16, steps::ConvolutionFilterGradient>(1e-5);
}

TEST_CASE_TEMPLATE("OneDnn: filter gradients of 1x1 convolutions in blocks come out in plain order",
                   T, float, bfloat16) {
  for (Count inputs : {16, 64, 1024})
    for (Count outputs : {16, 48}) {
      Shape const x{2, inputs, 3, 3}, dy{2, outputs, 3, 3}, weight{outputs, inputs, 1, 1};
      Random random(static_cast<std::uint64_t>(inputs + outputs));
      Values const values = rounded<T>(random.numbers(x)),
                   gradient = rounded<T>(random.numbers(dy));
      Values const expected = run_step<kernels::Reference, double>(
          steps::ConvolutionFilterGradient{square(1)}, Shapes{{x, dy}, {weight}, {}},
          {values, gradient})[0];
      Layout const blocks = Layout::channels_16;

      auto const result = run_step<kernels::OneDnn, T>(
          steps::ConvolutionFilterGradient{square(1)},
          Shapes{{x, dy}, {weight}, {{blocks, blocks}, {Layout::plain}}},
          {in_layout(values, x, Layout::plain, blocks),
           in_layout(gradient, dy, Layout::plain, blocks)})[0];

      CHECK(relative_error(result, expected) <= 1e-5);
    }
}

TEST_CASE("OneDnn: a weight in FP32 is rounded to bfloat16, to the nearest, before it is used") {
  Random random(3);
  Shapes const shapes{{{2, 16, 6, 6}, {16, 16, 3, 3}}, {{2, 16, 6, 6}}};
  steps::Convolution const what{square(3, 1, 1)};
  Values const x = rounded<bfloat16>(random.numbers(shapes.reads[0]));
  Values const weight = random.numbers(shapes.reads[1]);

  auto const result = run_step<kernels::OneDnn, bfloat16>(what, shapes, {x, weight});

  CHECK(result ==
        run_step<kernels::OneDnn, bfloat16>(what, shapes, {x, rounded<bfloat16>(weight)}));
}

TEST_CASE("OneDnn: shapes that are not one convolution are an error that names what is wrong") {
  devices::Host host;
  Shape const x{2, 4, 5, 5}, weight{6, 4, 3, 3}, y{2, 6, 5, 5};
  Window const window = square(3, 1, 1);
  using Forward = kernels::onednn::Convolution;
  using DataGradient = kernels::onednn::ConvolutionDataGradient;
  using FilterGradient = kernels::onednn::ConvolutionFilterGradient;

  CHECK_THROWS_WITH_AS(Forward::prepare(host, {window}, {{x, {6, 2, 3, 3}}, {y}}, {}),
                       doctest::Contains("weight is 6x2x3x3 and must be 6x4x3x3"), GraphError);
  CHECK_THROWS_WITH_AS(Forward::prepare(host, {window, 3}, {{x, weight}, {y}}, {}),
                       doctest::Contains("3 groups must divide the channels in and out"),
                       GraphError);
  CHECK_THROWS_WITH_AS(DataGradient::prepare(host, {window}, {{x, weight}, {x}}, {}),
                       doctest::Contains("y (or dy) is 2x4x5x5 and must be 2x6x5x5"), GraphError);
  CHECK_THROWS_WITH_AS(FilterGradient::prepare(host, {window}, {{x}, {weight}}, {}),
                       doctest::Contains("must read 2 and write 1 values"), GraphError);
  CHECK_THROWS_WITH_AS(Forward::prepare(host, {square(7)}, {{x, {6, 4, 7, 7}}, {y}}, {}),
                       doctest::Contains("window 7x7 stride 1x1 padding 0x0 does not fit"),
                       GraphError);
  CHECK_NOTHROW(Forward::prepare(host, {window}, {{x, weight}, {y}}, {}));
}

}  // namespace ai500::testing
