// SPDX-License-Identifier: Apache-2.0
// Training needs nothing of a device but its contract: on one whose memory the host cannot reach,
// and whose work is done late, it gives the bits that it gives on the host.
#include <doctest/doctest.h>

#include <numeric>
#include <optional>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/evaluator.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "../devices/separate_memory.hpp"
#include "small_model.hpp"

using namespace ai500;

namespace {

using SeparateKernels = testing::OnSeparateMemorySet<kernels::Reference>::type;

/// All that can be seen of a short training.
struct Seen {
  std::vector<double> losses;
  std::vector<float> parameters, running_statistics, probabilities;
};

template <class Device>
std::vector<float> downloaded(Device& device, Buffer<float, Device>& buffer) {
  Mirror mirror(device, buffer.view());
  mirror.download();
  auto const elements = mirror.host().span();
  return {elements.begin(), elements.end()};
}

template <class Kernels>
Seen train(typename Kernels::Device& device, BatchPlan const& batch,
           std::optional<CropAndMirror> augmentation = std::nullopt) {
  testing::SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<float>(device, graph, 1, 0);
  optimizers::SgdMomentum const optimizer{};
  std::vector<Sample> samples(96);
  std::iota(samples.begin(), samples.end(), Sample{0});
  Seen seen;

  Trainer<Kernels, precision::Fp32, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer(device, graph, batch, optimizer, {}, state);
  fit(trainer, images, samples,
      {.seed = 1, .job = 0, .epochs = 2, .batch = batch.batch, .augmentation = augmentation},
      optimizer, [&](FitProgress const& progress) { seen.losses.push_back(progress.loss); });
  Evaluator<Kernels, precision::Fp32> evaluator(device, graph, 16, state);
  collectives::Self::Communicator world;
  seen.probabilities =
      evaluator.probabilities(images, Split::test, std::span(samples).first(50), world);
  seen.parameters = downloaded(device, state.parameters);
  seen.running_statistics = downloaded(device, state.running_statistics);
  return seen;
}

}  // namespace

TEST_CASE("Trainer: on a device of separate memory every bit is that of the host") {
  for (BatchPlan const& batch : {batch_plan(32, 32, 1), batch_plan(32, 8, 1)}) {
    devices::Host host;
    testing::SeparateMemory device;

    Seen const expected = train<kernels::Reference>(host, batch);
    Seen const seen = train<SeparateKernels>(device, batch);

    REQUIRE(seen.losses.size() == 6);
    CHECK(seen.losses == expected.losses);
    CHECK(seen.parameters == expected.parameters);
    CHECK(seen.running_statistics == expected.running_statistics);
    CHECK(seen.probabilities == expected.probabilities);
    CHECK(expected.losses.front() > 0);
    // Images, labels and learning rate of 6 steps, images of 4 evaluated batches, the initial
    // state's two, the terms of the first update.
    CHECK(device.uploads() == 3 * 6 + 4 + 2 + 1);
    // The loss of each step, probabilities of each batch, the state's two.
    CHECK(device.downloads() == 6 + 4 + 2);
    // All steps but the first one, which is done kernel by kernel.
    CHECK(device.replays() == 5);
    CHECK(device.allocations() == 0);
  }
}

TEST_CASE("Trainer: so is it with augmented images, which change the training alone") {
  devices::Host host;
  testing::SeparateMemory device;
  BatchPlan const batch = batch_plan(32, 32, 1);

  Seen const plain = train<kernels::Reference>(host, batch);
  Seen const expected = train<kernels::Reference>(host, batch, CropAndMirror{.padding = 2});
  Seen const seen = train<SeparateKernels>(device, batch, CropAndMirror{.padding = 2});

  CHECK(expected.losses != plain.losses);
  CHECK(seen.losses == expected.losses);
  CHECK(seen.parameters == expected.parameters);
  CHECK(seen.probabilities == expected.probabilities);
}
