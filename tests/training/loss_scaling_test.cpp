// SPDX-License-Identifier: Apache-2.0
// Trainings whose loss is scaled, whole: in double a power of two changes no bit, and a scale that
// is far too large finds its way down.
#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp64.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "../devices/separate_memory.hpp"
#include "small_model.hpp"

using namespace ai500;

namespace {

struct Scaled : precision::Fp64 {
  static constexpr precision::DynamicLossScaling loss_scaling{.initial = 4096,
                                                              .growth_interval = 3};
};

/// Gradients of the reference's loss are at most 1; these are 1024 times as large, so that they
/// overflow where the scale is the largest that there is.
struct LoudCrossEntropy {
  static constexpr std::string_view name = "loud";
  using operation = steps::SoftmaxCrossEntropy;

  struct Prepared {
    kernels::reference::SoftmaxCrossEntropy::Prepared prepared;
    Count elements;

    void run(Arguments arguments) {
      prepared.run(arguments);
      for (Count i = 0; i < elements; ++i) arguments.write<double>(1)[i] *= 1024;
    }
  };

  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    return {kernels::reference::SoftmaxCrossEntropy::prepare(device, what, shapes, types),
            shapes.writes[1].elements()};
  }
};

struct FarTooLarge : precision::Fp64 {
  static constexpr precision::DynamicLossScaling loss_scaling{
      .initial = 0x1p1023, .backoff = 0x1p-30, .growth_interval = 1000, .largest = 0x1p1023};
};

struct Seen {
  std::vector<double> losses;
  Count skipped = 0;
  std::vector<double> scaling;
};

template <class Precision, class Kernels>
Seen train(typename Kernels::Device& device, BatchPlan const& batch) {
  auto state = initial_state<double>(device, testing::small_graph(), 1, 0);
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer(device, testing::small_graph(), batch, {}, {}, state);
  std::vector<Sample> samples(256);
  std::iota(samples.begin(), samples.end(), Sample{0});
  Seen seen;
  fit(trainer, testing::SmallImages{}, samples,
      {.seed = 1, .job = 0, .epochs = 1, .batch = batch.batch}, optimizers::SgdMomentum{},
      [&](FitProgress const& now) { seen.losses.push_back(now.loss); });
  seen.skipped = trainer.skipped_steps();
  for (auto const& [name, values] : trainer.buffers())
    if (name == "loss_scale") seen.scaling.push_back(static_cast<double>(values.size()));
  return seen;
}

using SeparateKernels = testing::OnSeparateMemorySet<kernels::Reference>::type;
using Loud = kernels::Reference::with<LoudCrossEntropy>;

}  // namespace

TEST_CASE("Trainer: a scaled loss gives the bits of the loss itself, on any device") {
  for (BatchPlan const& batch : {batch_plan(32, 32, 1), batch_plan(32, 8, 1)}) {
    devices::Host host;
    testing::SeparateMemory device;
    Seen const expected = train<precision::Fp64, kernels::Reference>(host, batch);
    Seen const scaled = train<Scaled, kernels::Reference>(host, batch);
    Seen const elsewhere = train<Scaled, SeparateKernels>(device, batch);

    REQUIRE(expected.losses.size() == 8);
    CHECK(scaled.losses == expected.losses);
    CHECK(elsewhere.losses == expected.losses);
    CHECK(scaled.skipped == 0);
    CHECK(scaled.scaling.size() == 1);
    CHECK(expected.scaling.empty());
  }
}

TEST_CASE("Trainer: steps that overflow change nothing until the scale fits") {
  devices::Host host;
  testing::SeparateMemory device;
  BatchPlan const batch = batch_plan(32, 32, 1);
  Seen const on_host = train<FarTooLarge, Loud>(host, batch);
  Seen const elsewhere =
      train<FarTooLarge, testing::OnSeparateMemorySet<Loud>::type>(device, batch);

  CHECK(on_host.skipped > 0);
  CHECK(on_host.skipped < 8);
  CHECK(elsewhere.skipped == on_host.skipped);
  CHECK(elsewhere.losses == on_host.losses);
  for (double loss : on_host.losses) CHECK(std::isfinite(loss));
}
