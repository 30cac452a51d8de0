// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <ai500/collectives/policy.hpp>
#include <ai500/configuration/batch_plan.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/optimizers/policy.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/training/network.hpp>

namespace ai500 {

/// Trains one base model, step by step, on the ranks of one communicator. The caller fills
/// `images()` and `labels()` with this rank's share of the batch, then calls `step`.
template <class Kernels, class Precision, class Optimizer, class ParallelMode, Communicator C>
class Trainer {
 public:
  using Device = typename Kernels::Device;
  using Accumulate = typename Precision::accumulate;
  using State = ModelState<Accumulate, Device>;

  /// @param graph a model that ends in a loss
  /// @throws GraphError, Error from lowering and preparing
  [[gnu::cold]] Trainer(Device& device, Graph const& graph, BatchPlan const& batch,
                        Optimizer const& optimizer, C communicator, State& state)
      : communicator_(std::move(communicator)),
        share_(ParallelMode::share(batch.batch, communicator_.rank(), communicator_.size())),
        network_(device,
                 ParallelMode::split(lower_training(graph, batch.micro_batch, batch.batch),
                                     {communicator_.size(), batch.micro_batches}),
                 state),
        optimizer_(optimizer, device, network_.program().parameter_slots) {}

  /// Which slots of the batch this rank is fed.
  BatchShare share() const { return share_; }
  auto images() { return network_.images(); }
  auto labels() { return network_.labels(); }
  Network<Kernels, Precision>& network() { return network_; }

  /// One training step. Collective over the ranks of the base model.
  /// @return the batch's mean loss, the same on all ranks
  double step(double learning_rate) {
    network_.run(System{*this, learning_rate});
    return static_cast<double>(network_.loss().span()[0]);
  }

 private:
  /// What a program has besides kernels.
  struct System {
    Trainer& trainer;
    double learning_rate;

    void operator()(steps::AllReduce, View<Accumulate, Device> values) const {
      trainer.communicator_.allreduce(values);
    }
    void operator()(steps::Update, View<Accumulate, Device> parameters,
                    View<Accumulate, Device> gradients) const {
      trainer.optimizer_.update(parameters, gradients, learning_rate);
    }
  };

  C communicator_;
  BatchShare share_;
  Network<Kernels, Precision> network_;
  typename Optimizer::template State<Device, Accumulate> optimizer_;
};

}  // namespace ai500
