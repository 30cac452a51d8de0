// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <ai500/core/types.hpp>
#include <ai500/parallelism/data_placement.hpp>
#include <ai500/reports/environment.hpp>
#include <ai500/training/member_record.hpp>

namespace ai500 {

/// Everything that a run says about itself, in SI units: seconds, samples/s, FLOP/s. The text, JSON
/// and CSV reports are views of it.
struct Report {
  /// The names of the policies: the six of the ensemble, its workload and how it votes.
  struct Policies {
    std::string workload = {};
    std::string sampler = {};
    std::string optimizer = {};
    std::string precision = {};
    std::string parallel_mode = {};
    std::string collective = {};
    std::string aggregation = {};
  };

  /// The types of the numbers that are multiplied, added up and sent: "float32".
  struct Precision {
    std::string compute = {};
    std::string accumulate = {};
    std::string message = {};
  };

  /// The ensemble's quality and what Eq. (8) makes of it.
  struct Quality {
    std::string metric = {};  ///< "top-1 accuracy"
    double achieved = not_measured;
    double target = not_measured;
    double exponent = not_measured;  ///< n: the sensitivity to quality
    double penalty_coefficient = not_measured;
  };

  std::string version = {};  ///< of ai500
  Policies policies;
  std::string model = {};
  std::string dataset = {};
  std::string kernels = {};
  std::string layout = {};           ///< of images: "NCHW"
  std::string instruction_set = {};  ///< the best that the kernels may use here
  Precision precision;

  DataPlacement data = {};

  int ensemble_size = 1;          ///< M
  int members_kept = 0;           ///< M': members that were aggregated
  int parallelism_degree = 1;     ///< P_degree
  int scale = 1;                  ///< Sys_scale, in ranks
  Count batch = 0;                ///< |B_k| of a base model, all its ranks together
  Count micro_batch = 0;          ///< samples that one normalization sees
  std::string augmentation = {};  ///< of training images: "none", or its name and settings
  int epochs = 0;
  int threads = 1;  ///< a rank
  Seed seed = 0;
  bool quick = false;   ///< true: not a result, and `passed` means nothing
  bool passed = false;  ///< the run is valid and its quality reaches the target

  double samples_per_second = 0;             ///< of the whole system
  double samples_per_second_per_member = 0;  ///< of one base model, mean over the members
  double epoch_seconds = 0;                  ///< T_epoch
  double training_seconds = 0;               ///< T: the slowest rank's
  double preparation_seconds = 0;            ///< not in T
  double evaluation_seconds = 0;             ///< not in T
  double checkpoint_seconds = 0;             ///< not in T; of the member that wrote longest
  std::string timing = {};                   ///< how T was taken, a few words
  ReductionCost reductions;                  ///< mean over the members kept

  double flops = 0;                     ///< Eq. (6), FLOP/s
  double valid_flops = not_measured;    ///< Eq. (7), FLOP/s
  std::string flop_rules = {};          ///< the name of the rule set: "TableThree"
  Count training_flops_per_sample = 0;  ///< of the graph: forward and backward
  Quality quality;
  double mean_member_quality = not_measured;  ///< of the members kept
  std::vector<MemberRecord> members = {};     ///< in job order, stopped ones too
  Environment environment;
};

}  // namespace ai500
