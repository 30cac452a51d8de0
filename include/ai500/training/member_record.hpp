// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>

#include <ai500/core/types.hpp>
#include <ai500/training/reduction_cost.hpp>

namespace ai500 {

/// A value that was not measured: the out-of-bag accuracy of a member that saw every sample, say.
/// Reports print it as "-", JSON holds null.
inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

/// What is known about one trained base model, apart from its predictions. Seconds and rates follow
/// the clock of the whole member: the slowest of its ranks.
struct MemberRecord {
  Job job = 0;                       ///< its number, 0 to M - 1
  Count samples = 0;                 ///< N_m: draws in its bootstrap, one epoch's upper bound
  Count distinct_samples = 0;        ///< different samples among them
  Count samples_processed = 0;       ///< trained on in all epochs together, as Eq. (6) counts
  int epochs = 0;                    ///< passes over the bootstrap that were completed
  Count skipped_steps = 0;           ///< whose scaled gradients overflowed: they changed nothing
  Count recorded_steps = 0;          ///< of its last run: given to the device as one piece each
  double final_loss = not_measured;  ///< the training loss of the last epoch
  double quality = not_measured;     ///< on the test split, 0 to 1
  double out_of_bag_quality = not_measured;  ///< on the training samples never drawn, 0 to 1
  double seconds = 0;                        ///< training; not preparation, not evaluation
  double preparation_seconds = 0;            ///< loading, sampling, preparing kernels
  double evaluation_seconds = 0;             ///< test split and out-of-bag samples
  double checkpoint_seconds = 0;             ///< writing checkpoints; not in `seconds`
  int resumed = 0;  ///< how often training went on from a checkpoint; seconds are of all runs
  double started_unix = 0;    ///< wall clock when training first began, seconds since 1970 in UTC
  double finished_unix = 0;   ///< wall clock when training ended
  std::string run = {};       ///< identifies the mpirun: members of different runs are told apart
  std::string settings = {};  ///< every setting that determines the member's bits, as canonical
                              ///< text; members are aggregated only where it is equal
  std::string stopped = {};   ///< empty, or why and when training stopped early
  Count out_of_bag_samples = 0;   ///< that `out_of_bag_quality` was measured on
  int ensemble_size = 1;          ///< M of the run that trained it
  int parallelism_degree = 1;     ///< P_degree: ranks of this base model
  Count batch = 0;                ///< |B_k|
  Count micro_batch = 0;          ///< samples that one normalization saw
  std::string augmentation = {};  ///< of training images: "none", or its name and settings
  Seed seed = 0;
  bool quick = false;        ///< not a result
  int threads = 1;           ///< threads a rank
  std::string host = {};     ///< where its rank 0 ran
  std::string devices = {};  ///< the accelerators of its ranks: "8 x NVIDIA ..."; empty: CPUs
  ReductionCost reductions = {};

  /// True if training ended as planned.
  bool completed() const { return stopped.empty(); }
};

}  // namespace ai500
