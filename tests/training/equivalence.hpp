// SPDX-License-Identifier: Apache-2.0
/// @file A training on the ranks of a communicator, to be compared with that of one rank.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "small_model.hpp"

namespace ai500::testing {

struct Training {
  std::vector<double> losses;
  std::vector<double> running_statistics;
};

/// Ten steps with |B| = 16 and micro-batches of 4, normalization in the network, on the ranks of a
/// communicator.
template <class Precision, class World>
Training ten_steps(World world) {
  using Accumulate = typename Precision::accumulate;
  devices::Host host;
  SmallImages const images{};
  Graph const graph = small_graph();
  auto state = initial_state<Accumulate>(host, graph, 7, 0);
  optimizers::SgdMomentum const optimizer{};
  Trainer<kernels::Reference, Precision, optimizers::SgdMomentum, parallel_modes::Data, World>
      trainer(host, graph, batch_plan(16, 4, world.size()), optimizer, world, state);
  std::vector<Sample> samples(160);
  std::iota(samples.begin(), samples.end(), Sample{0});

  Training training;
  fit(trainer, images, samples, {.seed = 7, .job = 0, .epochs = 1, .batch = 16}, optimizer,
      [&](FitProgress const& progress) { training.losses.push_back(progress.loss); });
  auto const statistics = state.running_statistics.view().span();
  training.running_statistics.assign(statistics.begin(), statistics.end());
  return training;
}

/// That the ranks of a communicator train as one rank does.
template <class Precision, class World>
void check_equivalence(double tolerance, World world) {
  Training const together = ten_steps<Precision>(world);
  Training const alone = ten_steps<Precision>(collectives::Self::Communicator{});

  REQUIRE(together.losses.size() == 10);
  for (std::size_t step = 0; step < 10; ++step)
    CHECK(std::abs(together.losses[step] - alone.losses[step]) <=
          tolerance * std::abs(alone.losses[step]));
  CHECK(together.losses[9] != together.losses[0]);
  for (std::size_t i = 0; i < alone.running_statistics.size(); ++i)
    CHECK(std::abs(together.running_statistics[i] - alone.running_statistics[i]) <=
          100 * tolerance);
}

}  // namespace ai500::testing
