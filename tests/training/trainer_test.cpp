// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/metrics/top1.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/evaluator.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "small_model.hpp"

using namespace ai500;
using testing::SmallImages;

namespace {

using World = collectives::Self::Communicator;
using SmallTrainer = Trainer<kernels::Reference, precision::Fp32, optimizers::SgdMomentum,
                             parallel_modes::Data, World>;

std::vector<Sample> first_samples(std::size_t count) {
  std::vector<Sample> samples(count);
  std::iota(samples.begin(), samples.end(), Sample{0});
  return samples;
}

struct Trained {
  devices::Host host;
  SmallImages images{};
  Graph graph = testing::small_graph();
  ModelState<float, devices::Host> state;
  FitResult result;
  std::vector<double> losses;

  Trained(optimizers::SgdMomentum const& optimizer, BatchPlan batch, int epochs,
          std::size_t samples, Job job = 0) {
    state = initial_state<float>(host, graph, 1, job);
    SmallTrainer trainer(host, graph, batch, optimizer, World{}, state);
    result = fit(trainer, images, first_samples(samples),
                 {.seed = 1, .job = job, .epochs = epochs, .batch = batch.batch}, optimizer,
                 [&](FitProgress const& progress) { losses.push_back(progress.loss); });
  }

  double test_accuracy() {
    Evaluator<kernels::Reference, precision::Fp32> evaluator(host, graph, 32, state);
    auto const samples = first_samples(500);
    World world;
    auto const probabilities = evaluator.probabilities(images, Split::test, samples, world);
    std::vector<int> labels;
    for (Sample sample : samples) labels.push_back(images.label(Split::test, sample));
    return top1(probabilities, labels, SmallImages::classes);
  }
};

bool same_bits(ModelState<float, devices::Host>& a, ModelState<float, devices::Host>& b) {
  auto const x = a.parameters.view().span();
  auto const y = b.parameters.view().span();
  return std::equal(x.begin(), x.end(), y.begin(), y.end());
}

}  // namespace

TEST_CASE("fit: a small network learns images that can be learnt") {
  Trained trained({}, batch_plan(32, std::nullopt, 1), 4, 1024);

  CHECK(trained.result.stopped.empty());
  CHECK(trained.result.samples_processed == 4 * 1024);
  CHECK(trained.losses.size() == 4 * 32);
  CHECK(trained.losses.back() < 0.8 * trained.losses.front());
  CHECK(trained.test_accuracy() > 0.7);  // chance is 0.25
}

TEST_CASE("fit: the same seed gives the same bits, another job others") {
  Trained a({}, batch_plan(16, std::nullopt, 1), 1, 256);
  Trained b({}, batch_plan(16, std::nullopt, 1), 1, 256);
  Trained c({}, batch_plan(16, std::nullopt, 1), 1, 256, 1);

  CHECK(a.losses == b.losses);
  CHECK(same_bits(a.state, b.state));
  CHECK(a.losses.front() != c.losses.front());
}

TEST_CASE("fit: begun at a later place, it does the rest of the steps and counts on") {
  devices::Host host;
  auto state = initial_state<float>(host, testing::small_graph(), 1, 0);
  SmallTrainer trainer(host, testing::small_graph(), batch_plan(32, std::nullopt, 1), {}, World{},
                       state);
  std::vector<std::pair<int, Count>> steps;
  FitPosition const start{.epoch = 1, .step = 2, .samples_processed = 6 * 32, .loss = 0.5};

  FitResult const result = fit(
      trainer, SmallImages{}, first_samples(128),
      {.seed = 1, .job = 0, .epochs = 3, .batch = 32, .start = start}, optimizers::SgdMomentum{},
      [&](FitProgress const& now) { steps.emplace_back(now.epoch, now.step); });

  CHECK(steps ==
        std::vector<std::pair<int, Count>>{{1, 2}, {1, 3}, {2, 0}, {2, 1}, {2, 2}, {2, 3}});
  CHECK(result.samples_processed == 12 * 32);
}

TEST_CASE("fit: begun at the end, it does nothing") {
  devices::Host host;
  auto state = initial_state<float>(host, testing::small_graph(), 1, 0);
  SmallTrainer trainer(host, testing::small_graph(), batch_plan(32, std::nullopt, 1), {}, World{},
                       state);
  FitPosition const start{.epoch = 2, .step = 0, .samples_processed = 8 * 32, .loss = 0.5};

  FitResult const result =
      fit(trainer, SmallImages{}, first_samples(128),
          {.seed = 1, .job = 0, .epochs = 2, .batch = 32, .start = start},
          optimizers::SgdMomentum{}, [](FitProgress const&) { FAIL("a step was done"); });

  CHECK(result.samples_processed == 8 * 32);
  CHECK(result.final_loss == 0.5);
}

TEST_CASE("fit: samples that do not fill a batch are left out of the epoch") {
  Trained trained({}, batch_plan(48, std::nullopt, 1), 2, 100);

  CHECK(trained.result.samples_processed == 2 * 2 * 48);
}

TEST_CASE("fit: a loss that is not finite stops the training and says when") {
  optimizers::SgdMomentum optimizer{};
  optimizer.schedule.rate_per_256 = 1e30;
  optimizer.schedule.warm_up_share = 0;
  Trained trained(optimizer, batch_plan(32, std::nullopt, 1), 3, 256);

  REQUIRE_FALSE(trained.result.stopped.empty());
  CHECK(trained.result.stopped.starts_with("the loss is not finite at epoch 1, step "));
  CHECK_FALSE(std::isfinite(trained.result.final_loss));
  CHECK(trained.losses.size() < 3 * 8);
}

TEST_CASE("fit: the running statistics of the steps are what the evaluation uses") {
  Trained trained({}, batch_plan(32, std::nullopt, 1), 2, 512);
  Program const program = lower_evaluation(trained.graph, 1);
  std::vector<float> fresh(static_cast<std::size_t>(trained.state.running_statistics.size()));
  initialize_running_statistics(std::span<float>(fresh), program);
  auto const trained_statistics = trained.state.running_statistics.view().span();

  CHECK_FALSE(std::equal(fresh.begin(), fresh.end(), trained_statistics.begin()));
}

TEST_CASE("Evaluator: the last batch need not be full, and the batch does not matter") {
  Trained trained({}, batch_plan(32, std::nullopt, 1), 1, 256);
  World world;
  auto const samples = first_samples(45);
  Evaluator<kernels::Reference, precision::Fp32> by_8(trained.host, trained.graph, 8,
                                                      trained.state);
  Evaluator<kernels::Reference, precision::Fp32> by_45(trained.host, trained.graph, 45,
                                                       trained.state);

  auto const a = by_8.probabilities(trained.images, Split::test, samples, world);
  auto const b = by_45.probabilities(trained.images, Split::test, samples, world);

  REQUIRE(a.size() == 45 * 4);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-5));
  for (std::size_t i = 0; i < 45; ++i)
    CHECK(a[4 * i] + a[4 * i + 1] + a[4 * i + 2] + a[4 * i + 3] ==
          doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("Evaluator: what has been trained since the last evaluation is seen") {
  using Evaluates = Evaluator<kernels::OneDnn, precision::Fp32>;
  Trained trained({}, batch_plan(32, std::nullopt, 1), 1, 64);
  World world;
  auto const samples = first_samples(24);
  auto probabilities = [&](Evaluates& evaluator) {
    return evaluator.probabilities(trained.images, Split::test, samples, world);
  };
  Evaluates evaluator(trained.host, trained.graph, 8, trained.state);

  auto const before = probabilities(evaluator);
  for (float& parameter : trained.state.parameters.view().span()) parameter *= 1.5f;
  auto const after = probabilities(evaluator);
  Evaluates fresh(trained.host, trained.graph, 8, trained.state);

  CHECK(after == probabilities(fresh));
  CHECK(after != before);
}

TEST_CASE("Network: a state of another model is refused") {
  devices::Host host;
  Graph const graph = testing::small_graph();
  ModelState<float, devices::Host> state{{host, 10}, {host, 10}};

  CHECK_THROWS_WITH_AS(
      (Network<kernels::Reference, precision::Fp32>(host, lower_evaluation(graph, 1), state)),
      doctest::Contains("the model 10"), GraphError);
}
