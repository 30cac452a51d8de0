// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/run.hpp>

#include "../devices/separate_memory.hpp"
#include "faulty_kernels.hpp"

using namespace ai500;
using namespace ai500::testing;

namespace {

constexpr workbench::Images small_images{{.channels = 1, .height = 28, .width = 28}, 10};

template <class... Kernel>
int exit_code(std::vector<char const*> arguments = {"--quick"}) {
  arguments.insert(arguments.begin(), "vendor_kernel");
  using Mine = kernels::OneDnn::with<Kernel...>;
  return workbench::run<Mine, kernels::OneDnn, models::SmallResNet>(
      static_cast<int>(arguments.size()), arguments.data(), small_images);
}

using Forward = kernels::reference::Convolution;
using FilterGradient = kernels::reference::ConvolutionFilterGradient;

}  // namespace

TEST_CASE("run: exit code 0 when every new kernel is right, of one step or of several") {
  CHECK(exit_code<Forward>() == 0);
  CHECK(exit_code<Forward, FilterGradient>() == 0);
}

TEST_CASE("run: exit code 1 when one new kernel is wrong, whichever") {
  CHECK(exit_code<Faulty<Forward, OneElementOff>, FilterGradient>() == 1);
  CHECK(exit_code<Forward, Faulty<FilterGradient, FirstImageOnly>>() == 1);
}

TEST_CASE("run: exit code 1 when a kernel throws, checked here or not") {
  CHECK(exit_code<Refuses<Forward>>() == 1);
  CHECK(exit_code<Refuses<kernels::reference::SoftmaxCrossEntropy>>() == 1);
}

TEST_CASE("run: exit code 2 for wrong usage, 0 for help") {
  CHECK(exit_code<Forward>({"--batch", "none"}) == 2);
  CHECK(exit_code<Forward>({"--help"}) == 0);
}

TEST_CASE("run: a kernel that is not measured by itself is still in the whole step") {
  CHECK(exit_code<Faulty<kernels::reference::SoftmaxCrossEntropy, NoFault>>() == 0);
}

TEST_CASE(
    "run: exit code 1 when a kernel is never run, for others take its place or none is there") {
  CHECK(exit_code<Faulty<kernels::reference::Relu, NoFault>>() == 1);  // fused in kernels::OneDnn
  CHECK(exit_code<Faulty<kernels::reference::Softmax, NoFault>>() == 1);  // of evaluation
}

namespace {

using Elsewhere = testing::OnSeparateMemorySet<kernels::Reference>::type;

template <class Kernel>
int exit_code_elsewhere() {
  char const* const arguments[] = {"vendor_kernel", "--quick"};
  using Mine = Elsewhere::with<testing::OnSeparateMemory<Kernel>>;
  return workbench::run<Mine, Elsewhere, models::SmallResNet>(2, arguments, small_images);
}

}  // namespace

TEST_CASE("run: on a device of its own memory a kernel is checked, too") {
  CHECK(exit_code_elsewhere<Faulty<Forward, NoFault>>() == 0);
  CHECK(exit_code_elsewhere<Faulty<Forward, OneElementOff>>() == 1);
}
