// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>

#include <ai500/kernels/onednn.hpp>
#include <ai500/workbench/check.hpp>

#include "faulty_kernels.hpp"

using namespace ai500;
using namespace ai500::testing;
using namespace ai500::workbench;

namespace {

template <class Operation>
Shapes shapes_for() {
  Shape const x{2, 8, 6, 6}, weight{16, 8, 3, 3}, y{2, 16, 6, 6};
  if constexpr (std::is_same_v<Operation, steps::Convolution>) return {{x, weight}, {y}};
  if constexpr (std::is_same_v<Operation, steps::ConvolutionDataGradient>)
    return {{y, weight}, {x}};
  if constexpr (std::is_same_v<Operation, steps::ConvolutionFilterGradient>)
    return {{x, y}, {weight}};
}

template <class Kernel>
Check check_convolution() {
  devices::Host host;
  using Operation = typename Kernel::operation;
  return check_kernel<Kernel>(host, Operation{square(3, 1, 1)}, shapes_for<Operation>());
}

}  // namespace

TEST_CASE("compare: the largest difference over the largest element, of the worst value") {
  StepValues const expected{{1, -4, 2}, {10, 0}};

  Check const check = compare({{1, -4, 2.5f}, {10.5f, 0}}, expected);

  CHECK(check.error == 0.125);  // 0.5 / 4, and 0.5 / 10
  CHECK_FALSE(check.passed());
  CHECK(compare(expected, expected).error == 0);
  CHECK(compare(expected, expected).passed());
}

TEST_CASE("compare: what is not finite is a fault, and zeros are compared, too") {
  float const nan = std::numeric_limits<float>::quiet_NaN();

  CHECK(compare({{1, nan}}, {{1, 2}}).fault == "element 1 is not finite, or was not written");
  CHECK(compare({{0, 0}}, {{0, 0}}).passed());
  CHECK_FALSE(compare({{0, 1e-9f}}, {{0, 0}}).passed());
  CHECK_THROWS_AS(compare({{0, 1}}, {{0}}), Error);
}

TEST_CASE_TEMPLATE("check_kernel: oneDNN's convolutions pass", Kernel, kernels::onednn::Convolution,
                   kernels::onednn::ConvolutionDataGradient,
                   kernels::onednn::ConvolutionFilterGradient) {
  Check const check = check_convolution<Kernel>();

  CHECK(check.passed());
  CHECK(check.error > 0);     // float is not double
  CHECK(check.error < 1e-5);  // and tolerance leaves room
}

TEST_CASE_TEMPLATE("check_kernel: finds what is wrong in any step of a convolution", Right,
                   kernels::reference::Convolution, kernels::reference::ConvolutionDataGradient,
                   kernels::reference::ConvolutionFilterGradient) {
  CHECK(check_convolution<Faulty<Right, NoFault>>().passed());
  CHECK(check_convolution<Faulty<Right, OneElementOff>>().fault == "differs from what is right");
  CHECK(check_convolution<Faulty<Right, LastElementUnwritten>>().fault.find("not written") !=
        std::string::npos);
  CHECK(check_convolution<Faulty<Right, OneElementTooMany>>().fault == "writes behind a value");
  CHECK(check_convolution<Faulty<Right, OtherBitsAgain>>().fault ==
        "other bits when it is run again");
}

TEST_CASE("check_kernel: finds a filter gradient of the first image only") {
  using Kernel = Faulty<kernels::reference::ConvolutionFilterGradient, FirstImageOnly>;

  CHECK(check_convolution<Kernel>().fault == "differs from what is right");
}

TEST_CASE("check_kernel: checks other steps, too") {
  devices::Host host;
  Shape const x{2, 8, 1, 1}, weight{.items = 5, .channels = 8}, bias{.items = 5};
  Shape const y{.items = 2, .channels = 5};

  CHECK(check_kernel<kernels::onednn::FullyConnected>(host, {}, {{x, weight, bias}, {y}}).passed());
  CHECK(check_kernel<kernels::reference::Add>(host, {}, {{y, y}, {y}}).passed());
  CHECK_FALSE(check_kernel<Faulty<kernels::reference::Add, OneElementOff>>(host, {}, {{y, y}, {y}})
                  .passed());
}
