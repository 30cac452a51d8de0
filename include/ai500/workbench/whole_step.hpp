// SPDX-License-Identifier: Apache-2.0
/// @file What a kernel changes about a whole training step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>
#include <ai500/workbench/kernel_run.hpp>
#include <ai500/workbench/pairs.hpp>

namespace ai500::workbench {

namespace detail {

template <class T>
void copy_images(std::vector<float> const& images, View<T> to) {
  std::ranges::transform(images, to.span().begin(),
                         [](float pixel) { return static_cast<T>(pixel); });
}

}  // namespace detail

/// A model's training step on one kernel set: forward, backward and update, on one rank, always the
/// same images.
template <class Kernels, PrecisionPolicy Precision = precision::Fp32>
class TrainingStep {
 public:
  using Device = typename Kernels::Device;
  using Number = typename Precision::accumulate;

  /// @param graph a model that ends in a loss
  /// @throws Error naming the step whose kernel cannot be prepared
  TrainingStep(Device& device, Graph const& graph, Count batch)
      : state_(initial_state<Number>(device, graph, 0, 0)),
        trainer_(device, graph, batch_plan(batch, batch, 1), {}, {}, state_) {
    Program const& program = trainer_.network().program();
    images_ = random_reads({{program.value(program.images).shape}, {}}).front();
  }

  /// One step, its images copied in as in a training; all labels are 0. The learning rate is 0, so
  /// that each step computes the same. @return the loss
  double run() { return run(1); }

  /// So many steps, a device being a step ahead; its staging memory, which keeps what was written,
  /// is written in the first steps only. @return the last one's loss
  double run(int steps) {
    double loss = 0;
    Count ahead = 0;
    for (int i = 0; i < steps; ++i) {
      if (ReachedByHost<Device> || written_ < 2) write();
      trainer_.start_step(0);
      if (++ahead > trainer_.steps_ahead) {
        loss = trainer_.next_loss();
        --ahead;
      }
    }
    for (; ahead > 0; --ahead) loss = trainer_.next_loss();
    return loss;
  }

  /// Reorders of activations in the step's program.
  std::size_t reorders() { return ai500::reorders(network().program()); }

  Network<Kernels, Precision>& network() { return trainer_.network(); }
  ModelState<Number, Device>& state() { return state_; }

  /// The bytes of what the trainer remembers of past steps: the optimizer's.
  double optimizer_bytes() {
    Count elements = 0;
    for (auto const& buffer : trainer_.buffers()) elements += buffer.values.size();
    return static_cast<double>(elements) * sizeof(Number);
  }

 private:
  void write() {
    detail::copy_images(images_, trainer_.input().images());
    std::ranges::fill(trainer_.input().labels().span(), 0);
    ++written_;
  }

  ModelState<Number, Device> state_;
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer_;
  std::vector<float> images_;
  Count written_ = 0;  // how often
};

/// A model's evaluation of a batch on one kernel set, with the running statistics of a model that
/// has not been trained.
template <class Kernels, PrecisionPolicy Precision = precision::Fp32>
class EvaluationStep {
 public:
  using Device = typename Kernels::Device;
  using Number = typename Precision::accumulate;

  /// @throws Error naming the step whose kernel cannot be prepared
  EvaluationStep(Device& device, Graph const& graph, Count batch)
      : state_(initial_state<Number>(device, graph, 0, 0)),
        network_(device, lower_evaluation(graph, batch), state_),
        input_(device, network_.images()),
        probabilities_(device, network_.probabilities()) {
    Program const& program = network_.program();
    images_ = random_reads({{program.value(program.images).shape}, {}}).front();
  }

  /// Evaluates the batch, its images copied in. @return the first image's probability of class 0
  double run() { return run(1); }

  /// The same so many times; probabilities are read behind the last one.
  double run(int times) {
    for (int i = 0; i < times; ++i) {
      if (ReachedByHost<Device> || !is_written_) detail::copy_images(images_, input_.host());
      is_written_ = true;
      input_.upload();
      network_.run();
    }
    probabilities_.download();
    return static_cast<double>(probabilities_.host().span()[0]);
  }

  Network<Kernels, Precision>& network() { return network_; }
  ModelState<Number, Device> const& state() const { return state_; }

 private:
  ModelState<Number, Device> state_;
  Network<Kernels, Precision> network_;
  Mirror<typename Precision::compute, Device> input_;
  Mirror<Number, Device> probabilities_;
  std::vector<float> images_;
  bool is_written_ = false;
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
