// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/pass.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;

TEST_CASE("pass_of: x, y and the weight, or their gradients, are where the step has them") {
  Shape const x{1, 2, 3, 3}, weight{4, 2, 1, 1}, y{1, 4, 3, 3};
  Layout const a = Layout::channels_last, b = Layout::channels_8;
  auto check = [&](Pass pass, Shapes const& shapes) {
    CHECK(x_of(pass, shapes) == x);
    CHECK(y_of(pass, shapes) == y);
    CHECK(weight_of(pass, shapes) == weight);
    CHECK(x_layout(pass, shapes.layouts) == a);
    CHECK(y_layout(pass, shapes.layouts) == b);
  };

  check(pass_of(steps::Convolution{}), {{x, weight}, {y}, {{a, Layout::plain}, {b}}});
  check(pass_of(steps::ConvolutionDataGradient{}), {{y, weight}, {x}, {{b, Layout::plain}, {a}}});
  check(pass_of(steps::ConvolutionFilterGradient{}), {{x, y}, {weight}, {{a, b}, {Layout::plain}}});
  CHECK(pass_of(steps::FullyConnectedDataGradient{}) == Pass::data_gradient);
  CHECK(pass_of(steps::MaxPoolingGradient{}) == Pass::data_gradient);
  CHECK(pass_of(steps::AveragePooling{}) == Pass::forward);
}
