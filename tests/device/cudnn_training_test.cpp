// SPDX-License-Identifier: Apache-2.0
// Ten training steps of a small residual network on the GPU against the CPU's, and against
// themselves.
#include <ai500/kernels/cudnn.hpp>
//
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include <ai500/core/random.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/precision/mixed.hpp>
#include <ai500/precision/tensor_float32.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/network.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

namespace {

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

/// The losses of ten steps of plain gradient descent, the parameters updated on the host.
template <class Kernels, class Precision>
std::vector<double> losses(typename Kernels::Device& device) {
  using Compute = typename Precision::compute;
  Graph const graph = bottlenecks();
  constexpr Count batch = 16;
  auto state = initial_state<float>(device, graph, 1, 0);
  Network<Kernels, Precision> network(device, lower_training(graph, batch, batch), state);
  auto upload = [&](auto view, auto const& value) {
    Mirror mirror(device, view);
    for (Count i = 0; i < view.size(); ++i) mirror.host().data()[i] = value(i);
    mirror.upload();
    device.synchronize();
  };
  upload(network.images(), [](Count i) {
    return Compute(
        static_cast<float>(random_unit({1, 0, 99}, static_cast<std::uint64_t>(i)) - 0.5));
  });
  upload(network.labels(), [](Count i) { return static_cast<std::int32_t>(i % 10); });
  Mirror parameters(device, state.parameters.view());
  parameters.download();
  Mirror gradients(device, network.template view<float>(network.program().gradients));
  Mirror loss(device, network.loss());
  std::vector<double> found;
  for (int step = 0; step < 10; ++step) {
    network.run([](auto const&...) {});
    gradients.download();
    loss.download();
    found.push_back(static_cast<double>(loss.host().data()[0]));
    for (Count i = 0; i < state.parameters.size(); ++i)
      parameters.host().data()[i] -= 0.05f * gradients.host().data()[i];
    parameters.upload();
    device.synchronize();
  }
  return found;
}

/// On the GPU, from a device of its own.
template <class Precision>
std::vector<double> on_gpu() {
  devices::Cuda device;
  return losses<kernels::CuDnn, Precision>(device);
}

void check_near(std::vector<double> const& actual, std::vector<double> const& expected,
                double tolerance) {
  for (std::size_t step = 0; step < expected.size(); ++step) {
    CAPTURE(step);
    CHECK(std::abs(actual[step] - expected[step]) <= tolerance * expected[step]);
  }
}

}  // namespace

TEST_CASE("CuDnn: ten training steps have the losses of the reference") {
  devices::Host host;
  auto const expected = losses<kernels::Reference, precision::Fp32>(host);
  REQUIRE(expected.front() > expected.back());

  // Rounding errors grow from step to step; 1e-4 is what the parallel modes keep in FP32.
  check_near(on_gpu<precision::Fp32>(), expected, 1e-4);
  // Ten bits of mantissa: 2^-11 a rounding, grown tenfold, twentyfold where activations are
  // rounded.
  check_near(on_gpu<precision::TensorFloat32>(), expected, 5e-3);
  check_near(on_gpu<precision::Mixed>(), expected, 1e-2);
}

TEST_CASE("CuDnn: two runs have the same bits") {
  CHECK(on_gpu<precision::Fp32>() == on_gpu<precision::Fp32>());
  CHECK(on_gpu<precision::Mixed>() == on_gpu<precision::Mixed>());
}
