// SPDX-License-Identifier: Apache-2.0
// Choices of cuDNN's engines, and of what is fused, by timing on the GPU.
#include <ai500/kernels/cudnn.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <ai500/core/random.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/precision/mixed.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/network.hpp>
#include <ai500/training/tuning.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

namespace {

using Training = Network<kernels::CuDnn, precision::Mixed>;

/// Bottlenecks of both kinds, whose channels are multiples of eight.
Graph bottlenecks() {
  return workloads::with_cross_entropy(
      models::resnet({.block = models::ResNetOptions::Block::bottleneck_v15,
                      .stages = {2, 2, 0, 0},
                      .width = 16,
                      .stem = square(3, 1, 1)},
                     {.channels = 3, .height = 16, .width = 16}, 10),
      0.1);
}
Program step_of_16() { return lower_training(bottlenecks(), 16, 16); }

Choices tuned_on(devices::Cuda& device, Choices const& known = {}) {
  return tuned(timed(device), {step_of_16()},
               kernel_table<kernels::CuDnn>(device, Training::types, known), Training::sizes,
               {.rounds = 3});
}

/// The gradients and the loss of one step with some choices.
std::vector<float> gradients(devices::Cuda& device, Choices const& choices) {
  auto state = initial_state<float>(device, bottlenecks(), 1, 0);
  Training network(device, step_of_16(), state, nullptr, choices);
  auto upload = [&](auto view, auto const& value) {
    Mirror mirror(device, view);
    for (Count i = 0; i < view.size(); ++i) mirror.host().data()[i] = value(i);
    mirror.upload();
    device.synchronize();
  };
  upload(network.images(), [](Count i) {
    return half(static_cast<float>(random_unit({1, 0, 99}, static_cast<std::uint64_t>(i)) - 0.5));
  });
  upload(network.labels(), [](Count i) { return static_cast<std::int32_t>(i % 10); });
  network.run([](auto const&...) {});
  Mirror result(device, network.view<float>(network.program().reduction));
  result.download();
  auto const numbers = result.host().span();
  return {numbers.begin(), numbers.end()};
}

}  // namespace

TEST_CASE(
    "tuned on a GPU: every convolution that stays has one of its engines, the rest is apart") {
  devices::Cuda device;
  Choices const choices = tuned_on(device);
  KernelTable const table = kernel_table<kernels::CuDnn>(device, Training::types, choices);

  Program const fitted = fitted_to(step_of_16(), table);

  MESSAGE(text(choices), describe_fused(fitted));
  for (Step const& step : fitted.steps) {
    KernelEntry const* const kernel = table.find(step.what);
    if (kernel == nullptr || kernel->ways == nullptr) continue;
    INFO(describe(step.what), " of ", std::string(step.name.view()));
    CHECK(!step.way.empty());
    CHECK(step.way != way_apart);
  }
}

TEST_CASE("tuned on a GPU: what was chosen is not timed again, and gives the same bits") {
  devices::Cuda device, other;
  Choices const choices = tuned_on(device);

  CHECK(tuned_on(device, choices) == choices);
  std::vector<float> const first = gradients(device, choices);
  CHECK(first == gradients(other, choices));
}

TEST_CASE("tuned on a GPU: other engines have the gradients of the heuristics' but for rounding") {
  devices::Cuda device;
  std::vector<float> const usual = gradients(device, {});

  std::vector<float> const chosen = gradients(device, tuned_on(device));

  REQUIRE(chosen.size() == usual.size());
  double worst = 0, greatest = 0;
  for (std::size_t i = 0; i < usual.size(); ++i) {
    double const difference = std::abs(static_cast<double>(chosen[i]) - usual[i]);
    worst = difference <= worst ? worst : difference;  // what is not a number counts
    greatest = std::max(greatest, std::abs(static_cast<double>(usual[i])));
  }
  // Activations are rounded to FP16, 2^-11, through fourteen layers forward and back.
  CHECK(worst <= 5e-2 * greatest);
}
