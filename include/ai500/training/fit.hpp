// SPDX-License-Identifier: Apache-2.0
/// @file The training of one base model: epochs over its bootstrap, one step after the other.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <ai500/configuration/augmentation.hpp>
#include <ai500/datasets/policy.hpp>
#include <ai500/optimizers/policy.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/samplers/epoch_order.hpp>
#include <ai500/training/drawn_crop.hpp>
#include <ai500/training/fit_position.hpp>
#include <ai500/training/fit_progress.hpp>

namespace ai500 {

/// What to train, and how long.
struct FitPlan {
  Seed seed = 1;
  Job job = 0;
  int epochs = 1;
  Count batch = 1;                                           ///< |B_k|
  Count steps_an_epoch = std::numeric_limits<Count>::max();  ///< at most; fewer in a quick run
  std::optional<CropAndMirror> augmentation{};               ///< of the images; none: as they are
  FitPosition start{};  ///< where to begin; what is counted goes on from there
};

/// What came out.
struct FitResult {
  Count samples_processed = 0;
  double final_loss = std::numeric_limits<double>::quiet_NaN();
  std::string stopped;  ///< empty, or why and when the training ended early
};

/// The watcher of a training needs it to stand still behind some steps: to save it.
template <class Watch>
concept StopsFor = requires(Watch const& watch, FitProgress const& now) {
  { watch.stops_for(now) } -> std::same_as<bool>;
};

namespace detail {

/// The steps that were started and whose losses are not known yet, the earliest first.
class StepsUnderWay {
 public:
  void push(FitProgress const& step) { steps_[(first_ + count_++) % steps_.size()] = step; }
  FitProgress pop() {
    --count_;
    return steps_[first_++ % steps_.size()];
  }
  Count count() const { return static_cast<Count>(count_); }

 private:
  std::array<FitProgress, 2> steps_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace detail

/// Trains over `samples`, a bootstrap: slot j of step s of epoch k is samples[order_k(s |B| + j)],
/// order_k a keyed permutation; floor(N_m / |B|) steps an epoch. Each rank computes its own slots,
/// and with an augmentation their crops, keyed by epoch and place s |B| + j: nothing is sent. A
/// loss that is not finite ends the training, on all ranks at the same step: that of the loss, or
/// the one behind it where the trainer is a step ahead. From a later start, the trainer holding
/// what it held there, the rest has the same bits.
///
/// @param trainer filled and stepped; collective over its ranks
/// @param watch called with a FitProgress for each step, when its loss is known; behind steps for
/// which `watch.stops_for(progress)`, if it has that, before another step is started. The loss is
/// not known when it is asked that.
template <class Trainer, DatasetPolicy Dataset, class Optimizer, class Watch>
FitResult fit(Trainer& trainer, Dataset const& dataset, std::span<Sample const> samples,
              FitPlan const& plan, Optimizer const& optimizer, Watch&& watch) {
  FitResult result{.samples_processed = plan.start.samples_processed,
                   .final_loss = plan.start.loss,
                   .stopped = {}};
  BatchShare const share = trainer.share();
  Count const size = static_cast<Count>(samples.size());
  Count const steps = std::min(size / plan.batch, plan.steps_an_epoch);
  detail::StepsUnderWay under_way;
  auto const finish_all_but = [&](Count count) {
    while (under_way.count() > count) {
      FitProgress done = under_way.pop();
      result.final_loss = done.loss = trainer.next_loss();
      result.samples_processed += plan.batch;
      if (!result.stopped.empty()) continue;
      if (!std::isfinite(done.loss))
        result.stopped = "the loss is not finite at epoch " + std::to_string(done.epoch + 1) +
                         ", step " + std::to_string(done.step + 1) + " of " +
                         std::to_string(done.steps);
      watch(std::as_const(done));
    }
  };
  for (int epoch = plan.start.epoch; epoch < plan.epochs; ++epoch) {
    EpochOrder const order(plan.seed, plan.job, static_cast<std::uint32_t>(epoch), size);
    for (Count step = epoch == plan.start.epoch ? plan.start.step : 0; step < steps; ++step) {
      for (Count slot = share.begin; slot < share.end; ++slot) {
        std::uint64_t const place = static_cast<std::uint64_t>(step * plan.batch + slot);
        Sample const sample = samples[static_cast<std::size_t>(order(place))];
        if (plan.augmentation)
          trainer.input().write(dataset, Split::train, sample, slot - share.begin,
                                drawn_crop(*plan.augmentation, plan.seed, plan.job,
                                           static_cast<std::uint32_t>(epoch), place));
        else
          trainer.input().write(dataset, Split::train, sample, slot - share.begin);
      }
      double const epochs_done = epoch + static_cast<double>(step) / static_cast<double>(steps);
      double const learning_rate = optimizer.schedule.learning_rate(
          {epochs_done, static_cast<double>(plan.epochs), plan.batch});
      trainer.start_step(learning_rate);
      FitProgress const now{epoch, plan.epochs, step, steps, 0, learning_rate};
      under_way.push(now);
      bool stops = epoch + 1 == plan.epochs && step + 1 == steps;
      if constexpr (StopsFor<std::remove_cvref_t<Watch>>) stops = stops || watch.stops_for(now);
      finish_all_but(stops ? 0 : trainer.steps_ahead);
      if (!result.stopped.empty()) {
        finish_all_but(0);
        return result;
      }
    }
  }
  return result;
}

}  // namespace ai500
