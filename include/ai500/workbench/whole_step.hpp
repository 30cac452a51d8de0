// SPDX-License-Identifier: Apache-2.0
/// @file What a kernel changes about a whole training step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>
#include <ai500/workbench/kernel_run.hpp>
#include <ai500/workbench/pairs.hpp>

namespace ai500::workbench {

/// A model's training step on one kernel set: forward, backward and update, on one rank, always the
/// same images.
template <class Kernels, PrecisionPolicy Precision = precision::Fp32>
class TrainingStep {
 public:
  using Device = typename Kernels::Device;

  /// @param graph a model that ends in a loss
  /// @throws Error naming the step whose kernel cannot be prepared
  TrainingStep(Device& device, Graph const& graph, Count batch)
      : state_(initial_state<typename Precision::accumulate>(device, graph, 0, 0)),
        trainer_(device, graph, batch_plan(batch, batch, 1), {}, {}, state_) {
    Program const& program = trainer_.network().program();
    images_ = random_reads({{program.value(program.images).shape}, {}}).front();
  }

  /// One step, its images copied in as in a training; all labels are 0. The learning rate is 0, so
  /// that each step computes the same. @return the loss
  double run() {
    std::ranges::transform(images_, trainer_.input().images().span().begin(), [](float pixel) {
      return static_cast<typename Precision::compute>(pixel);
    });
    std::ranges::fill(trainer_.input().labels().span(), 0);
    return trainer_.step(0);
  }

  /// Reorders of activations in the step's program.
  std::size_t reorders() { return ai500::reorders(trainer_.network().program()); }

 private:
  ModelState<typename Precision::accumulate, Device> state_;
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer_;
  std::vector<float> images_;
};

/// One kernel set in a whole step.
struct WholeStep {
  std::string kernels;
  double seconds = 0;        ///< the median
  std::size_t reorders = 0;  ///< of activations, in the program
  double loss = 0;           ///< on random images
};

/// Two kernel sets in a whole step.
struct WholeSteps {
  WholeStep mine;
  WholeStep standard;
  int pairs = 0;
  Count batch = 0;
};

/// The kernels that Mine has and Standard has not: "convolution: mine".
template <class Mine, class Standard>
std::string new_kernels() {
  std::string names;
  auto one = [&]<class Operation>(Operation) {
    using New = typename Mine::template for_operation<Operation>;
    if constexpr (!std::is_void_v<New> &&
                  !std::is_same_v<New, typename Standard::template for_operation<Operation>>)
      names += (names.empty() ? "" : ", ") + std::string(Operation::name) + ": " +
               std::string(New::name);
  };
  [&]<class... Operation>(TypeList<Operation...>) { (one(Operation{}), ...); }(KernelSteps{});
  return names;
}

/// Times whole training steps of a model on two kernel sets that take turns.
template <class Mine, class Standard, PrecisionPolicy Precision = precision::Fp32>
WholeSteps compare_whole_steps(typename Mine::Device& device, Graph const& graph, Count batch,
                               Effort effort) {
  TrainingStep<Mine, Precision> mine(device, graph, batch);
  TrainingStep<Standard, Precision> standard(device, graph, batch);
  WholeSteps steps{.mine = {new_kernels<Mine, Standard>(), 0, mine.reorders()},
                   .standard = {std::string(Standard::Traits::name), 0, standard.reorders()},
                   .batch = batch};
  PairedSeconds const time = time_in_pairs([&] { steps.mine.loss = mine.run(); },
                                           [&] { steps.standard.loss = standard.run(); }, effort);
  steps.mine.seconds = time.first;
  steps.standard.seconds = time.second;
  steps.pairs = time.pairs;
  return steps;
}

}  // namespace ai500::workbench
