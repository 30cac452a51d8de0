// SPDX-License-Identifier: Apache-2.0
/// @file Checkpoints: a training that was interrupted goes on with the bits it had. One file in the
/// safetensors format holds all that determines the rest of it; random numbers are keyed by their
/// place, so that they have no state to keep. Defined in checkpoint.ipp.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ai500/core/number_type.hpp>
#include <ai500/core/types.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/training/fit_position.hpp>
#include <ai500/training/fit_progress.hpp>
#include <ai500/training/reduction_cost.hpp>

namespace ai500 {

/// Where a job saves its training, and how often.
struct CheckpointPlan {
  std::string file = {};      ///< empty: nothing is saved and nothing resumed
  std::string settings = {};  ///< all that determines the member's bits, as canonical text
  std::optional<Count> steps = std::nullopt;  ///< from one to the next; absent: an epoch; 0: none
};

/// What a checkpoint holds beside the training's numbers.
struct Checkpoint {
  Job job = 0;
  std::string settings = {};  ///< as in CheckpointPlan
  FitPosition position = {};
  double seconds = 0;             ///< training so far, in all runs
  double checkpoint_seconds = 0;  ///< writing earlier checkpoints
  double started_unix = 0;        ///< wall clock when the first run began to train
  int resumed = 0;                ///< how often the training has been taken up again
  ReductionCost reductions = {};  ///< so far, in all runs
  std::string hash = {};          ///< XXH3-128 of all of this and the numbers; `save` computes it
};

/// Some of a training's numbers, in the host's memory.
struct TrainingBuffer {
  std::string name;
  NumberType type = NumberType::float32;
  std::span<std::byte> bytes;
};

/// The buffer that a view looks at.
template <class T>
TrainingBuffer training_buffer(std::string name, View<T> values) {
  return {std::move(name), number_type<T>, std::as_writable_bytes(values.span())};
}

/// Whether a checkpoint has to be written behind the step that was just done: a pure function of
/// the steps' count, so that all ranks agree without a message. The last step's always is, unless
/// none are wanted: an evaluation may take long. A loss that is not finite never is.
bool checkpoint_is_due(CheckpointPlan const& plan, FitProgress const& now);

/// The place behind the step that was just done.
/// @param batch |B_k|
FitPosition position_behind(FitProgress const& now, Count batch);

/// Writes a checkpoint (see write_atomically): after a crash at any moment the file holds the
/// checkpoint before or this one.
///
/// @throws OutputError naming the file
void save_checkpoint(std::string const& file, Checkpoint const& checkpoint,
                     std::span<TrainingBuffer const> buffers);

/// Reads a checkpoint and fills the buffers, which are left alone if anything is wrong.
///
/// @param plan file and settings
/// @throws OutputError naming the file and what to do: no checkpoint, damaged, of another job, of
///         other settings (it says which), or of another model
Checkpoint load_checkpoint(CheckpointPlan const& plan, Job job,
                           std::span<TrainingBuffer const> buffers);

/// Checks that all ranks of a job begin at the same place.
///
/// @param starts each rank's, in words
/// @throws OutputError naming two ranks that do not
void require_one_start(Job job, std::vector<std::string> const& starts);

}  // namespace ai500
