// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/collectives/policy.hpp>
#include <ai500/configuration/batch_plan.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/optimizers/loss_scaling.hpp>
#include <ai500/optimizers/policy.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/parallel_modes/reduction_buckets.hpp>
#include <ai500/training/input.hpp>
#include <ai500/training/late_number.hpp>
#include <ai500/training/measured_reduction.hpp>
#include <ai500/training/network.hpp>
#include <ai500/training/reduction_cost.hpp>
#include <ai500/training/terms_memory.hpp>
#include <ai500/training/training_program.hpp>

namespace ai500 {

/// Trains one base model, step by step, on the ranks of one communicator. The caller writes this
/// rank's share of the batch into `input()`, then calls `step`; or `start_step` and, one step
/// later, `next_loss`: so a device has the next step before it has done this one.
///
/// On a device that records its work the first step is done kernel by kernel, the second is
/// recorded, and from then on a step is one piece of work.
template <class Kernels, class Precision, class Optimizer, class ParallelMode, Communicator C>
class Trainer {
 public:
  using Device = typename Kernels::Device;
  using Compute = typename Precision::compute;
  using Accumulate = typename Precision::accumulate;
  using Message = typename Precision::message;
  using State = ModelState<Accumulate, Device>;

  /// Prepares; not collective.
  /// @param graph a model that ends in a loss
  /// @param choices of the ways in which kernels compute
  /// @throws GraphError, Error from lowering and preparing
  [[gnu::cold]] Trainer(Device& device, Graph const& graph, BatchPlan const& batch,
                        Optimizer const& optimizer, C communicator, State& state,
                        Choices const& choices = {})
      : device_(device),
        communicator_(std::move(communicator)),
        share_(ParallelMode::share(batch.batch, communicator_.rank(), communicator_.size())),
        loss_scaling_(loss_scaling(device)),
        network_(device,
                 training_program<Precision, ParallelMode>(graph, batch, communicator_.size()),
                 state, loss_scaling_ ? loss_scaling_->scale() : nullptr, choices),
        optimizer_(optimizer, device, network_.program().parameter_slots),
        input_(device, network_.images(), network_.labels()),
        terms_(device),
        losses_(device) {
    parallel_modes::check_reductions(network_.program());
  }

  /// How many steps may be started before the loss of the first of them has been asked for, less
  /// one.
  static constexpr Count steps_ahead = ReachedByHost<Device> ? 0 : 1;

  /// Which slots of the batch this rank is fed.
  BatchShare share() const { return share_; }
  Input<Compute, Device>& input() { return input_; }
  Network<Kernels, Precision>& network() { return network_; }

  /// All that later steps depend on, beside the model's state.
  std::vector<NamedBuffer<Accumulate, Device>> buffers() {
    auto all = optimizer_.buffers();
    if (loss_scaling_)
      for (auto const& buffer : loss_scaling_->buffers()) all.push_back(buffer);
    return all;
  }

  /// Steps whose gradients overflowed, so that they changed nothing. Waits for the device.
  [[gnu::cold]] Count skipped_steps() {
    return loss_scaling_ ? static_cast<Count>(loss_scaling_->download().skipped_steps) : 0;
  }

  /// Joins the ranks for their reductions, once. The first step does it where the caller has not,
  /// who would rather have it outside of the time that he measures. Collective over the ranks of
  /// the base model.
  [[gnu::cold]] void connect() {
    if (reduction_ || network_.elements_to_place() == 0) return;
    reduction_.emplace(
        join_for<Message>(communicator_, device_, network_.elements_to_place(),
                          network_.program().value(network_.program().gradients).shape.elements()));
    network_.place_reduction(reduction_->reduction().memory());
  }

  /// One training step, and waits for it. Collective over the ranks of the base model.
  /// @return the batch's mean loss, the same on all ranks
  double step(double learning_rate) {
    start_step(learning_rate);
    return next_loss();
  }

  /// One training step, with what was written into `input()`. Collective over the ranks of the base
  /// model.
  void start_step(double learning_rate) {
    connect();
    input_.send();
    terms_.tell(learning_rate);
    run_step();
    losses_.fetch(network_.loss().data());
    ++started_;
  }

  /// The batch's mean loss of the earliest step that was started and whose loss was not asked for,
  /// the same on all ranks. Waits for the step.
  double next_loss() {
    auto const require_peers = [&] {
      if (reduction_) reduction_->reduction().progress();  // a peer may have been lost
    };
    auto const loss = losses_.next([&] {
      require_peers();
      std::this_thread::yield();
    });
    // A device's step may have ended only because one was.
    if constexpr (!ReachedByHost<Device>) require_peers();
    return static_cast<double>(loss);
  }

  /// Steps that the device was given as one piece of work.
  Count recorded_steps() const { return replays_; }

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
          wire_bytes(program.value(step.reads[0]), program.value(program.gradients));
    }
    return cost;
  }

 private:
  /// Gradients are sent as `Send`; statistics and the loss, which people read, as they are.
  template <class Send>
  static auto join_for(C& communicator, Device& device, Count elements,
                       [[maybe_unused]] Count gradients) {
    if constexpr (std::same_as<Send, Accumulate>)
      return communicator.template reduction<Accumulate>(device, elements);
    else
      return communicator.template reduction<Accumulate, Send>(device, elements, gradients);
  }
  static Count wire_bytes(ProgramValue const& part, ProgramValue const& gradients) {
    bool const is_gradient = part.offset < gradients.shape.elements();
    return part.shape.elements() *
           static_cast<Count>(is_gradient ? sizeof(Message) : sizeof(Accumulate));
  }

  using Reduction =
      decltype(join_for<Message>(std::declval<C&>(), std::declval<Device&>(), Count{}, Count{}));

  using LossScaling = optimizers::LossScaling<Device, Accumulate>;

  static std::optional<LossScaling> loss_scaling(Device& device) {
    if constexpr (ScalesLoss<Precision>)
      return std::optional<LossScaling>(std::in_place, Precision::loss_scaling, device);
    else
      return std::nullopt;
  }

  void run_step() {
    if constexpr (Records<Device>) {
      bool const can_be_recorded =
          (CanBeRecorded<Reduction> || !reduction_) && !network_.is_watched();
      if (can_be_recorded && (started_ == 1 || recording_)) return run_recorded_step();
    }
    network_.run(System{*this});
  }

  void run_recorded_step() requires Records<Device> {
    auto const record = [&] {
      recording_.emplace(device_.record([&] { network_.run(System{*this}); }));
    };
    auto const replay = [&] { device_.replay(*recording_); };
    if constexpr (CanBeRecorded<Reduction>) {
      if (reduction_) {
        if (!recording_) reduction_->reduction().record(record);
        reduction_->reduction().replay(replay);
        ++replays_;
        return;
      }
    }
    if (!recording_) record();
    replay();
    ++replays_;
  }

  /// What a program has besides kernels.
  struct System {
    Trainer& trainer;

    void operator()(steps::AllReduceStart, View<Accumulate, Device> part) const {
      trainer.reduction_->start(part);
    }
    void operator()(steps::AllReduceFinish) const { trainer.reduction_->finish(); }
    void operator()(steps::Update, View<Accumulate, Device> parameters,
                    View<Accumulate, Device> gradients) const {
      UpdateTerms<Accumulate>* const terms = trainer.terms_.data();
      if (trainer.loss_scaling_) trainer.loss_scaling_->judge(gradients, terms);
      trainer.optimizer_.update(parameters, gradients, terms_in<Device>(terms));
    }
    void after_kernel() const {
      if (trainer.reduction_) trainer.reduction_->progress();
    }
  };

  Device& device_;
  C communicator_;
  BatchShare share_;
  std::optional<LossScaling> loss_scaling_;
  Network<Kernels, Precision> network_;
  std::optional<MeasuredReduction<Accumulate, Reduction, std::chrono::steady_clock, Device>>
      reduction_;
  typename Optimizer::template State<Device, Accumulate> optimizer_;
  Input<Compute, Device> input_;
  TermsMemory<Accumulate, Device> terms_;
  LateNumber<Accumulate, Device> losses_;
  std::optional<RecordingOf<Device>> recording_;  // of a step
  std::size_t started_ = 0;                       // steps
  Count replays_ = 0;                             // of the recording
};

}  // namespace ai500
