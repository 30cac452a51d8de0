// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workbench/whole_step.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "faulty_kernels.hpp"

using namespace ai500;
using namespace ai500::testing;
using namespace ai500::workbench;

namespace {

/// Of images with three channels: with AVX2 oneDNN has a filter gradient in blocks for them, but
/// for one channel it has none.
Graph small_graph() {
  return workloads::with_cross_entropy(
      models::SmallResNet::graph({.channels = 3, .height = 28, .width = 28}, 10), 0);
}

using PlainConvolution = Faulty<kernels::reference::Convolution, NoFault>;
using Mine = kernels::OneDnn::with<PlainConvolution>;

}  // namespace

TEST_CASE("TrainingStep: every step has the same loss, for the learning rate is 0") {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});
  TrainingStep<kernels::OneDnn> step(host, small_graph(), 4);

  double const first = step.run();
  step.run();

  CHECK(first > 0);
  CHECK(step.run() == first);
}

TEST_CASE("TrainingStep: the optimizer remembers a number a parameter") {
  devices::Host host;
  TrainingStep<kernels::OneDnn> step(host, small_graph(), 2);

  CHECK(step.optimizer_bytes() == 4.0 * static_cast<double>(step.state().parameters.size()));
}

TEST_CASE("EvaluationStep: gives a probability, the same each time") {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});
  EvaluationStep<kernels::OneDnn> step(host, small_graph(), 4);

  double const first = step.run();

  CHECK(first > 0);
  CHECK(first < 1);
  CHECK(step.run() == first);
}

TEST_CASE("compare_whole_steps: a plain kernel costs reorders, and the loss stays what it was") {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});

  WholeSteps const steps = compare_whole_steps<Mine, kernels::OneDnn>(host, small_graph(), 4,
                                                                      {.pairs = 2, .seconds = 0});

  CHECK(steps.pairs == 2);
  CHECK(steps.batch == 4);
  CHECK(steps.mine.kernels == "convolution: faulty");
  CHECK(steps.standard.kernels == "onednn");
  CHECK(steps.standard.reorders == 0);
  CHECK(steps.mine.reorders > 0);
  CHECK(steps.mine.loss == doctest::Approx(steps.standard.loss).epsilon(1e-4));
  CHECK(steps.mine.seconds > 0);
}

TEST_CASE("compare_whole_steps: a kernel that cannot be prepared is named") {
  devices::Host host;
  using Refusing = kernels::OneDnn::with<Refuses<kernels::reference::Convolution>>;
  auto compare = [&] {
    compare_whole_steps<Refusing, kernels::OneDnn>(host, small_graph(), 2, {1, 0});
  };

  CHECK_THROWS_WITH_AS(compare(),
                       doctest::Contains("kernel 'refuses' cannot prepare the step 'convolution'"),
                       Error);
}
