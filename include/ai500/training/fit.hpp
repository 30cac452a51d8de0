// SPDX-License-Identifier: Apache-2.0
/// @file The training of one base model: epochs over its bootstrap, one step after the other.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include <ai500/optimizers/policy.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/samplers/epoch_order.hpp>
#include <ai500/training/feed.hpp>
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
  FitPosition start{};  ///< where to begin; what is counted goes on from there
};

/// What came out.
struct FitResult {
  Count samples_processed = 0;
  double final_loss = std::numeric_limits<double>::quiet_NaN();
  std::string stopped;  ///< empty, or why and when the training ended early
};

/// Trains over `samples`, a bootstrap: slot j of step s of epoch k is samples[order_k(s |B| + j)],
/// order_k a keyed permutation; floor(N_m / |B|) steps an epoch. Each rank computes its own slots:
/// nothing is sent. A loss that is not finite ends the training, on all ranks at the same step.
/// From a later start, the trainer holding what it held there, the rest has the same bits.
///
/// @param trainer filled and stepped; collective over its ranks
/// @param progress called with a FitProgress after each step
template <class Trainer, DatasetPolicy Dataset, class Optimizer, class Progress>
FitResult fit(Trainer& trainer, Dataset const& dataset, std::span<Sample const> samples,
              FitPlan const& plan, Optimizer const& optimizer, Progress&& progress) {
  FitResult result{.samples_processed = plan.start.samples_processed,
                   .final_loss = plan.start.loss,
                   .stopped = {}};
  BatchShare const share = trainer.share();
  Count const size = static_cast<Count>(samples.size());
  Count const steps = std::min(size / plan.batch, plan.steps_an_epoch);
  for (int epoch = plan.start.epoch; epoch < plan.epochs; ++epoch) {
    EpochOrder const order(plan.seed, plan.job, static_cast<std::uint32_t>(epoch), size);
    for (Count step = epoch == plan.start.epoch ? plan.start.step : 0; step < steps; ++step) {
      for (Count slot = share.begin; slot < share.end; ++slot) {
        Count const position =
            static_cast<Count>(order(static_cast<std::uint64_t>(step * plan.batch + slot)));
        feed(dataset, Split::train, samples[static_cast<std::size_t>(position)], slot - share.begin,
             trainer.images(), trainer.labels());
      }
      double const epochs_done = epoch + static_cast<double>(step) / static_cast<double>(steps);
      double const learning_rate = optimizer.schedule.learning_rate(
          {epochs_done, static_cast<double>(plan.epochs), plan.batch});
      result.final_loss = trainer.step(learning_rate);
      result.samples_processed += plan.batch;
      progress(FitProgress{epoch, plan.epochs, step, steps, result.final_loss, learning_rate});
      if (!std::isfinite(result.final_loss)) {
        result.stopped = "the loss is not finite at epoch " + std::to_string(epoch + 1) +
                         ", step " + std::to_string(step + 1) + " of " + std::to_string(steps);
        return result;
      }
    }
  }
  return result;
}

}  // namespace ai500
