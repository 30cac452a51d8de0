// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <stdexcept>

#include <ai500/kernels/prepare.hpp>
#include <ai500/kernels/reference.hpp>

using namespace ai500;

namespace {

struct Refuses : kernels::reference::Relu {
  static constexpr std::string_view name = "refuses";
  static Prepared prepare(devices::Host&, operation const&, Shapes const&, Types) {
    throw std::invalid_argument("no such instruction");
  }
};

}  // namespace

TEST_CASE("shapes_of: are those of the step's values, in their order") {
  Program program;
  for (Shape const shape : {Shape{1, 2, 3, 4}, Shape{5, 6, 7, 8}}) program.add_value({"x", shape});

  Shapes const shapes =
      shapes_of(program, {steps::Relu{}, {1}, {0, 1}, "step", {{Layout::channels_8}, {}}});

  CHECK(shapes == Shapes{{{5, 6, 7, 8}}, {{1, 2, 3, 4}, {5, 6, 7, 8}}, {{Layout::channels_8}, {}}});
  CHECK(text(shapes) == "reads 5x6x7x8; writes 1x2x3x4, 5x6x7x8");
}

TEST_CASE("prepare_kernel: whatever a kernel throws names the kernel, the step and its shapes") {
  devices::Host host;
  Shape const x{1, 2, 3, 4};

  CHECK_THROWS_WITH_AS(prepare_kernel<Refuses>(host, {}, {{x}, {x}}, {}),
                       "kernel 'refuses' cannot prepare the step 'relu' (reads 1x2x3x4; writes "
                       "1x2x3x4): no such instruction",
                       Error);
  CHECK_NOTHROW(prepare_kernel<kernels::reference::Relu>(host, {}, {{x}, {x}}, {}));
}
