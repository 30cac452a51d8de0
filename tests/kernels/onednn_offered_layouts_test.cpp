// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/onednn/offered_layouts.hpp>
//
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <ai500/graph/lower.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/workloads/image_classification.hpp>

namespace ai500::testing {

using kernels::onednn::is_reference;
using kernels::onednn::without_reference;

namespace {

StepLayouts all_in(Layout layout) { return {{layout}, {layout}}; }

/// oneDNN's names of what computes the convolutions of a program.
std::vector<std::string> convolutions(Program const& program) {
  devices::Host host;
  KernelTable const table = kernel_table<kernels::OneDnn>(host, Types{});
  Program const fitted = fitted_to(program, table);
  std::vector<std::string> names;
  for (Step const& step : fitted.steps) {
    KernelEntry const* const kernel = table.find(step.what);
    if (kernel != nullptr && kernel->ways != nullptr)
      names.push_back(kernel->ways(&host, step.what, shapes_of(fitted, step), Types{}).front());
  }
  return names;
}

}  // namespace

TEST_CASE("OneDnn: of the layouts, those of oneDNN's reference are left out, the order is kept") {
  std::vector<StepLayouts> const all{all_in(Layout::channels_16), all_in(Layout::channels_8),
                                     all_in(Layout::plain)};
  auto implementation = [](StepLayouts const& layouts) {
    return layouts.read(0) == Layout::channels_16 ? "ref:any" : "jit:avx2";
  };

  CHECK(without_reference(all, implementation) == std::vector<StepLayouts>{all[1], all[2]});
  CHECK(without_reference(all, [](StepLayouts const&) { return "ref:any"; }) == all);
}

TEST_CASE("OneDnn: no convolution of a ResNet's training is left to oneDNN's reference") {
  auto trained = [](Graph const& graph) {
    return convolutions(lower_training(workloads::with_cross_entropy(graph, 0), 2, 2));
  };
  std::vector<std::string> const of_gray =
      trained(models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10));
  std::vector<std::string> const of_color =
      trained(models::ResNet50V15::graph({.channels = 3, .height = 224, .width = 224}, 1000));

  CHECK(of_gray.size() == 3 * 9 - 1);  // the stem has no data gradient
  CHECK(of_color.size() == 3 * 53 - 1);
  for (std::string const& name : of_gray) CHECK_MESSAGE(!is_reference(name), name);
  for (std::string const& name : of_color) CHECK_MESSAGE(!is_reference(name), name);
}

TEST_CASE("OneDnn: evaluation and pooling prefer the blocks that the processor has code for") {
  devices::Host host;
  if (host.instructions() == devices::InstructionSet::generic) {
    MESSAGE("SKIPPED: this processor has code for neither");
    return;
  }
  Layout const blocks = host.instructions() == devices::InstructionSet::avx512 ? Layout::channels_16
                                                                               : Layout::channels_8;
  Window const window{.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}};
  Shape const x{2, 32, 8, 8}, weight{32, 32, 3, 3}, channels{.items = 32},
      statistics{.items = 2, .channels = 32};

  auto first = [&]<class Kernel>(typename Kernel::operation const& what, Shapes const& shapes) {
    return Kernel::layouts(host, what, shapes, Types{}).front();
  };
  auto const evaluation = first.operator()<kernels::onednn::ConvolutionEvaluation>(
      {window, 1, 1e-5, steps::NormalizationEnding::relu},
      {{x, weight, statistics, channels, channels}, {x}});

  CHECK(evaluation.read(0) == blocks);
  CHECK(evaluation.write(0) == blocks);
  CHECK(first.operator()<kernels::onednn::MaxPooling>({window}, {{x}, {x, x}}) == all_in(blocks));
  CHECK(first.operator()<kernels::onednn::MaxPoolingGradient>({window}, {{x, x}, {x}}) ==
        all_in(blocks));
  CHECK(first.operator()<kernels::onednn::AveragePooling>({window}, {{x}, {x}}) == all_in(blocks));
  CHECK(first.operator()<kernels::onednn::AveragePoolingGradient>({window}, {{x}, {x}}) ==
        all_in(blocks));
}

}  // namespace ai500::testing
