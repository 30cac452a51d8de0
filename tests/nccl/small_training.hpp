// SPDX-License-Identifier: Apache-2.0
/// @file A short training of a small network, on simulated GPUs or a host.
#pragma once

#include <functional>
#include <numeric>
#include <span>
#include <vector>

#include <ai500/devices/mirror.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "../training/small_model.hpp"
#include "simulated_kernels.hpp"

namespace ai500::testing {

using Gpus = OnSimulatedGpusSet<kernels::Reference>::type;

struct Training {
  std::vector<double> losses;
  std::vector<float> parameters;
  ReductionCost cost;
  Count recorded_steps = 0;
  Count reduced = 0, gradients = 0;  // elements of the program
};

/// Who watches a network sees each kernel, and so nothing is recorded.
struct SeesKernels {
  void before(Step const&) {}
  void after(Step const&) {}
};

enum class Steps { recorded, kernel_by_kernel };

/// Ten steps with |B| = 16 and micro-batches of 4.
/// @param watch is told of each step that is done
template <class Kernels, class Precision, class C>
Training ten_steps(C world, typename Kernels::Device& device, Steps steps = Steps::recorded,
                   std::function<void(FitProgress const&)> watch = nullptr) {
  SmallImages const images{};
  Graph const graph = small_graph();
  auto state = initial_state<float>(device, graph, 7, 0);
  optimizers::SgdMomentum const optimizer{};
  SeesKernels sees_kernels;
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data, C> trainer(
      device, graph, batch_plan(16, 4, world.size()), optimizer, world, state);
  if (steps == Steps::kernel_by_kernel) trainer.network().watch(sees_kernels);
  std::vector<Sample> samples(160);
  std::iota(samples.begin(), samples.end(), Sample{0});
  Training training;
  fit(trainer, images, samples, {.seed = 7, .job = 0, .epochs = 1, .batch = 16}, optimizer,
      [&](FitProgress const& progress) {
        training.losses.push_back(progress.loss);
        if (watch) watch(progress);
      });
  device.synchronize();
  training.cost = trainer.reduction_cost();
  training.recorded_steps = trainer.recorded_steps();
  Program const& program = trainer.network().program();
  training.reduced = program.value(program.reduction).shape.elements();
  training.gradients = program.value(program.gradients).shape.elements();
  Mirror parameters(device, state.parameters.view());
  parameters.download();
  auto const elements = parameters.host().span();
  training.parameters = {elements.begin(), elements.end()};
  return training;
}

}  // namespace ai500::testing
