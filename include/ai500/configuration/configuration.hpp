// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <ai500/configuration/augmentation.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// USER CONFIGURATION (section 3.3, step 1): what a user asked for, as the command line or a TOML
/// file gave it. What was not given stays empty; `Ensemble::run` fills it in from the workload and
/// the machine and the report prints the result.
struct Configuration {
  std::optional<int> jobs;     ///< M, the ensemble's size
  std::optional<int> degree;   ///< P_degree, the ranks of one base model
  std::optional<int> ranks;    ///< of this process, as threads; default: its accelerators, else 1
  std::optional<int> job;      ///< train only this member, 0 to M - 1; all the ranks work for it
  std::optional<int> epochs;   ///< passes over each member's bootstrap
  std::optional<Count> batch;  ///< |B_k|: samples a step of one base model, all its ranks together
  std::optional<Count> micro_batch;  ///< samples a normalization sees; default |B_k| / P_degree
  Augmentation augmentation = Augmentation::none;  ///< of training images
  std::optional<int> crop_padding;  ///< pixels around an image that is cropped; default 4
  std::optional<int> threads;       ///< threads a rank; default: the rank's share of the cores
  std::optional<int> patience;      ///< seconds that a rank on an accelerator waits for another one
  bool share_accelerators = false;  ///< several ranks may have the same one
  std::optional<Count> checkpoint_steps;  ///< between a member's checkpoints; default: an epoch's;
                                          ///< 0: none
  Seed seed = 1;                          ///< keys every random number of the run
  std::string data;      ///< folder of the data set; empty: where the data set is usually installed
  std::string scratch;   ///< node-local folder that gets a copy of the data; empty: none
  std::string autotune;  ///< file of the ways in which kernels compute; empty: their own choice
  std::string output = "ai500-output";  ///< folder of the results and of the members
  bool quick = false;  ///< a few seconds only: checks that everything works, is NOT A RESULT
};

}  // namespace ai500
