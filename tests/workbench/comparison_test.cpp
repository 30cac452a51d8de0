// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>

#include <ai500/graph/lower.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/comparison.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "faulty_kernels.hpp"

using namespace ai500;
using namespace ai500::testing;
using namespace ai500::workbench;

namespace {

Program small_program(Count batch) {
  return lower_training(
      workloads::with_cross_entropy(
          models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10), 0),
      batch, batch);
}

constexpr Measurement brief{.batch = 4, .kernel_effort = {1, 0}};

template <class Kernel>
KernelComparison table_of(Measurement const& measurement = brief) {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});
  using Standard = kernels::OneDnn::for_operation<typename Kernel::operation>;
  return compare_on_program<Kernel, Standard>(host, small_program(measurement.batch), measurement,
                                              [](KernelComparison const&) {});
}

}  // namespace

TEST_CASE_TEMPLATE("compare_on_program: a right kernel is ok and timed on every shape", Right,
                   kernels::reference::Convolution, kernels::reference::ConvolutionDataGradient,
                   kernels::reference::ConvolutionFilterGradient, kernels::reference::Relu) {
  KernelComparison const table = table_of<Faulty<Right, NoFault>>();

  CHECK(table.right());
  CHECK(table.step == Right::operation::name);
  for (KernelRow const& row : table.rows) {
    CHECK(row.seconds > 0);
    CHECK(row.standard_seconds > 0);
    CHECK(row.work.amount > 0);
  }
}

// By hand: the stem; stage 1: 3x3 of 16 to 16, twice; stages 2 and 3: 3x3 with stride 2, 3x3, 1x1.
TEST_CASE(
    "compare_on_program: has a row for each distinct shape of the model, or as many as asked") {
  KernelComparison const all = table_of<kernels::reference::Convolution>();
  std::vector<Count> times;
  for (KernelRow const& row : all.rows) times.push_back(row.times);

  CHECK(times == std::vector<Count>{1, 2, 1, 1, 1, 1, 1, 1});
  CHECK(all.rows[1].shape == "16x14x14 * 3x3/1 -> 16x14x14");
  CHECK(all.unit == "GFLOP/s");
  CHECK(table_of<kernels::reference::Convolution>({.batch = 2, .rows = 3, .kernel_effort = {1, 0}})
            .rows.size() == 3);
}

TEST_CASE_TEMPLATE("compare_on_program: a wrong kernel is found on every shape, and not timed",
                   Right, kernels::reference::Convolution,
                   kernels::reference::ConvolutionDataGradient,
                   kernels::reference::ConvolutionFilterGradient) {
  KernelComparison const table = table_of<Faulty<Right, OneElementOff>>();

  CHECK_FALSE(table.right());
  for (KernelRow const& row : table.rows) {
    CHECK_FALSE(row.check.passed());
    CHECK(std::isnan(row.seconds));
  }
}

TEST_CASE("compare_on_program: what a kernel throws stands in its row") {
  KernelComparison const table = table_of<Refuses<kernels::reference::Convolution>>();

  CHECK_FALSE(table.right());
  CHECK(table.rows[0].check.fault.find("kernel 'refuses' cannot prepare the step 'convolution'") !=
        std::string::npos);
  CHECK(table.rows[0].check.fault.find("out of registers") != std::string::npos);
}

namespace {

/// Right for two images, as it is checked, and wrong for more.
struct WrongFromThree : NoFault {
  template <class Prepared>
  static void run(Prepared& right, Arguments arguments, Shapes const& shapes) {
    right.run(arguments);
    if (shapes.writes[0].items > 2) arguments.write<float>(0)[0] += 1;
  }
};

}  // namespace

TEST_CASE("compare_on_program: a kernel that is wrong with the timed batch only is found, too") {
  KernelComparison const table =
      table_of<Faulty<kernels::reference::Convolution, WrongFromThree>>();

  CHECK_FALSE(table.right());
}

TEST_CASE("compare_on_program: shows each row when it is made") {
  devices::Host host;
  std::vector<std::size_t> sizes;

  compare_on_program<kernels::reference::Relu, kernels::reference::Relu>(
      host, small_program(2), {.batch = 2, .rows = 2, .kernel_effort = {1, 0}},
      [&](KernelComparison const& table) { sizes.push_back(table.rows.size()); });

  CHECK(sizes == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("compare_on_program: a kernel that is never run is an error, not a silent success") {
  devices::Host host;
  auto compare = [&] {
    Program program = small_program(2);
    std::erase_if(program.steps,
                  [](Step const& step) { return std::holds_alternative<steps::Relu>(step.what); });
    compare_on_program<kernels::reference::Relu, kernels::reference::Relu>(
        host, program, brief, [](KernelComparison const&) {});
  };

  CHECK_THROWS_WITH_AS(compare(),
                       doctest::Contains("kernel 'reference' is never run: this training has no "
                                         "step 'relu'"),
                       Error);
}
