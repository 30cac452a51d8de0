// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <ai500/configuration/augmentation.hpp>
#include <ai500/configuration/batch_plan.hpp>
#include <ai500/configuration/checks.hpp>
#include <ai500/configuration/configuration.hpp>
#include <ai500/configuration/ensemble_shape.hpp>

namespace ai500 {

/// What a workload and a machine give when the user does not say.
struct Defaults {
  int epochs = 1;
  Count batch = 1;
  int accelerators_a_node = 1;
  int cores_a_rank = 1;    ///< a rank's share of the cores that the process may use
  bool threaded = false;   ///< whether the kernels use more than one thread
  Count image_height = 1;  ///< of the training images, in pixels
  Count image_width = 1;
};

/// The values of a run, complete and checked.
struct RunSettings {
  EnsembleShape shape;
  BatchPlan batch;
  int epochs = 1;
  std::optional<CropAndMirror> augmentation;  ///< of training images
  int threads = 1;
  Seed seed = 1;
  bool quick = false;

  friend constexpr bool operator==(RunSettings const&, RunSettings const&) = default;
};

/// Steps of an epoch and samples of an evaluation in a quick run: enough to see that everything
/// works.
inline constexpr Count quick_steps = 8;
inline constexpr Count quick_samples = 512;

/// Step 1 of section 3.3: what the user asked for, completed by the defaults and checked against
/// the machine.
/// @param scale Sys_scale, the ranks of this run
/// @throws UsageError naming the option or equation and what would be right
RunSettings complete(Configuration const& asked, Defaults const& defaults, int scale);

}  // namespace ai500
