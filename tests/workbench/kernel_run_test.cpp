// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/kernels/onednn.hpp>
#include <ai500/precision/fp64.hpp>
#include <ai500/precision/mixed.hpp>
#include <ai500/workbench/kernel_run.hpp>

#include "../devices/separate_memory.hpp"
#include "faulty_kernels.hpp"

using namespace ai500;
using namespace ai500::workbench;

namespace {

/// Copies its input from one layout to another and says where each element stood.
struct BlockedRelu {
  static constexpr std::string_view name = "blocked";
  using operation = steps::Relu;
  struct Prepared {
    Count elements;
    void run(Arguments arguments) {
      for (Count i = 0; i < elements; ++i)
        arguments.write<float>(0)[i] = arguments.read<float>(0)[i];
    }
  };
  static std::vector<StepLayouts> layouts(devices::Host&, operation const&, Shapes const&, Types) {
    return {{{Layout::channels_8}, {Layout::channels_8}}, {}};
  }
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types) {
    CHECK(shapes.layouts.read(0) == Layout::channels_8);  // its first choice
    return {shapes.writes[0].elements()};
  }
};

}  // namespace

TEST_CASE("random_reads: numbers in [-1, 1), the same each time, others for each value") {
  Shapes const shapes{{{2, 3, 5, 7}, {2, 3, 5, 7}, {.items = 3}}, {}};

  StepValues const values = random_reads(shapes);

  CHECK(values == random_reads(shapes));
  REQUIRE(values.size() == 3);
  CHECK(values[0].size() == 210);
  CHECK(values[2].size() == 3);
  CHECK(values[0] != values[1]);
  double sum = 0, squares = 0;
  for (float x : values[0]) {
    CHECK((x >= -1 && x < 1));
    sum += x;
    squares += x * x;
  }
  // Uniform: mean 0 and mean square 1/3, each within five standard deviations.
  CHECK(std::abs(sum / 210) < 5 * 0.577 / std::sqrt(210));
  CHECK(std::abs(squares / 210 - 1.0 / 3) < 5 * 0.298 / std::sqrt(210));
}

TEST_CASE("KernelRun: results are in plain order, whatever layout the kernel likes") {
  devices::Host host;
  Shape const x{2, 16, 3, 5};
  StepValues const reads = random_reads({{x}, {}});

  KernelRun<BlockedRelu> run(host, {}, {{x}, {x}}, reads);
  run.run();

  CHECK(run.results() == reads);
  CHECK(run.keeps_margins());
}

TEST_CASE("KernelRun: a convolution of oneDNN, blocked, is the reference's") {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});
  steps::Convolution const what{square(3, 2, 1)};
  Shapes const shapes{{{2, 32, 9, 9}, {48, 32, 3, 3}}, {{2, 48, 5, 5}}};
  StepValues const reads = random_reads(shapes);

  KernelRun<kernels::onednn::Convolution> fast(host, what, shapes, reads);
  KernelRun<kernels::reference::Convolution, precision::Fp64> right(host, what, shapes, reads);
  fast.run();
  right.run();

  StepValues const results = fast.results(), expected = right.results();
  for (std::size_t i = 0; i < expected[0].size(); ++i)
    CHECK(results[0][i] == doctest::Approx(expected[0][i]).epsilon(1e-4));
}

TEST_CASE("KernelRun: sees what is written behind a value") {
  devices::Host host;
  Shape const x{1, 2, 3, 4};
  using Kernel = testing::Faulty<kernels::reference::Relu, testing::OneElementTooMany>;

  KernelRun<Kernel> run(host, {}, {{x}, {x}}, random_reads({{x}, {}}));
  run.run();

  CHECK_FALSE(run.keeps_margins());
}

TEST_CASE("KernelRun: a kernel that cannot be prepared is named, with its step and shapes") {
  devices::Host host;
  Shape const x{1, 2, 3, 4};
  using Run = KernelRun<testing::Refuses<kernels::reference::Relu>>;

  CHECK_THROWS_WITH_AS(Run(host, {}, {{x}, {x}}, random_reads({{x}, {}})),
                       "kernel 'refuses' cannot prepare the step 'relu' (reads 1x2x3x4; writes "
                       "1x2x3x4): out of registers",
                       Error);
}

TEST_CASE("KernelRun: on a device whose memory the host cannot reach") {
  testing::SeparateMemory device;
  devices::Host host;
  steps::Convolution const what{square(3, 2, 1)};
  Shapes const shapes{{{2, 4, 9, 9}, {6, 4, 3, 3}}, {{2, 6, 5, 5}}};
  StepValues const reads = random_reads(shapes);
  using Kernel = kernels::reference::Convolution;

  KernelRun<Kernel> here(host, what, shapes, reads);
  KernelRun<testing::OnSeparateMemory<Kernel>, precision::Fp32, testing::SeparateMemory> there(
      device, what, shapes, reads);
  here.run();
  there.run(3);

  CHECK(there.results() == here.results());
  CHECK(there.keeps_margins());
}

namespace {

/// Halves an activation in numbers of `Compute` into a parameter's gradient in float.
struct HalvesIntoFloat {
  static constexpr std::string_view name = "halves";
  using operation = steps::Relu;
  struct Prepared {
    Count elements;
    void run(Arguments arguments) {
      for (Count i = 0; i < elements; ++i)
        arguments.write<float>(0)[i] = static_cast<float>(arguments.read<half>(0)[i]) / 2;
    }
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types types) {
    CHECK(types == Types{NumberType::float16, NumberType::float32});
    return {shapes.writes[0].elements()};
  }
};

}  // namespace

TEST_CASE("KernelRun: values have the numbers that their roles say") {
  devices::Host host;
  Shape const x{1, 2, 3, 4};
  StepValues const reads{std::vector<float>(24, 0.1f)};

  KernelRun<HalvesIntoFloat, precision::Mixed> run(
      host, {}, {{x}, {x}}, reads, {{NumberRole::compute}, {NumberRole::accumulate}});
  run.run();

  CHECK(run.results()[0][5] == static_cast<float>(half(0.1f)) / 2);
  CHECK(run.keeps_margins());
}
