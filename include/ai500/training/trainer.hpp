// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include <ai500/collectives/policy.hpp>
#include <ai500/configuration/batch_plan.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/optimizers/policy.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/parallel_modes/reduction_buckets.hpp>
#include <ai500/training/measured_reduction.hpp>
#include <ai500/training/network.hpp>
#include <ai500/training/reduction_cost.hpp>

namespace ai500 {

/// Trains one base model, step by step, on the ranks of one communicator. The caller fills
/// `images()` and `labels()`, in the host's memory, with this rank's share of the batch, then calls
/// `step`.
template <class Kernels, class Precision, class Optimizer, class ParallelMode, Communicator C>
class Trainer {
 public:
  using Device = typename Kernels::Device;
  using Compute = typename Precision::compute;
  using Accumulate = typename Precision::accumulate;
  using State = ModelState<Accumulate, Device>;

  /// Prepares; not collective.
  /// @param graph a model that ends in a loss
  /// @throws GraphError, Error from lowering and preparing
  [[gnu::cold]] Trainer(Device& device, Graph const& graph, BatchPlan const& batch,
                        Optimizer const& optimizer, C communicator, State& state)
      : device_(device),
        communicator_(std::move(communicator)),
        share_(ParallelMode::share(batch.batch, communicator_.rank(), communicator_.size())),
        network_(device,
                 ParallelMode::split(lower_training(graph, batch.micro_batch, batch.batch),
                                     {communicator_.size(), batch.micro_batches}),
                 state),
        optimizer_(optimizer, device, network_.program().parameter_slots),
        images_(device, network_.images()),
        labels_(device, network_.labels()) {
    parallel_modes::check_reductions(network_.program());
  }

  /// Which slots of the batch this rank is fed.
  BatchShare share() const { return share_; }
  View<Compute> images() { return images_.host(); }
  View<std::int32_t> labels() { return labels_.host(); }
  Network<Kernels, Precision>& network() { return network_; }
  auto& optimizer_state() { return optimizer_; }

  /// Joins the ranks for their reductions, once. The first step does it where the caller has not,
  /// who would rather have it outside of the time that he measures. Collective over the ranks of
  /// the base model.
  [[gnu::cold]] void connect() {
    if (reduction_ || network_.elements_to_place() == 0) return;
    reduction_.emplace(
        communicator_.template reduction<Accumulate>(device_, network_.elements_to_place()));
    network_.place_reduction(reduction_->reduction().memory());
  }

  /// One training step. Collective over the ranks of the base model.
  /// @return the batch's mean loss, the same on all ranks
  double step(double learning_rate) {
    connect();
    if (!loss_) loss_.emplace(device_, network_.loss());  // it has its place now
    images_.upload();
    labels_.upload();
    network_.run(System{*this, learning_rate});
    loss_->download();
    return static_cast<double>(loss_->host().span()[0]);
  }

  /// What reductions have cost since the beginning; seconds are this rank's.
  [[gnu::cold]] ReductionCost reduction_cost() const {
    if (!reduction_) return {};
    ReductionCost cost{.transport = reduction_->reduction().transport(),
                       .hidden_seconds = reduction_->hidden_seconds(),
                       .exposed_seconds = reduction_->exposed_seconds()};
    Program const& program = network_.program();
    for (Step const& step : program.steps) {
      if (!std::holds_alternative<steps::AllReduceStart>(step.what)) continue;
      ++cost.buckets;
      cost.wire_bytes_per_step +=
          program.value(step.reads[0]).shape.elements() * static_cast<Count>(sizeof(Accumulate));
    }
    return cost;
  }

 private:
  using Reduction =
      decltype(std::declval<C&>().template reduction<Accumulate>(std::declval<Device&>(), Count{}));

  /// What a program has besides kernels.
  struct System {
    Trainer& trainer;
    double learning_rate;

    void operator()(steps::AllReduceStart, View<Accumulate, Device> part) const {
      trainer.reduction_->start(part);
    }
    void operator()(steps::AllReduceFinish) const { trainer.reduction_->finish(); }
    void operator()(steps::Update, View<Accumulate, Device> parameters,
                    View<Accumulate, Device> gradients) const {
      trainer.optimizer_.update(parameters, gradients, learning_rate);
    }
    void after_kernel() const {
      if (trainer.reduction_) trainer.reduction_->progress();
    }
  };

  Device& device_;
  C communicator_;
  BatchShare share_;
  Network<Kernels, Precision> network_;
  std::optional<MeasuredReduction<Accumulate, Reduction, std::chrono::steady_clock, Device>>
      reduction_;
  typename Optimizer::template State<Device, Accumulate> optimizer_;
  Mirror<Compute, Device> images_;
  Mirror<std::int32_t, Device> labels_;
  std::optional<Mirror<Accumulate, Device>> loss_;
};

}  // namespace ai500
