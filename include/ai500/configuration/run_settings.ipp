// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of run_settings.hpp.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include <ai500/configuration/run_settings.hpp>

namespace ai500 {

namespace configuration {

/// The augmentation that is asked for, if any.
/// @throws UsageError when the padding is as large as an image: it could be all that is seen of one
inline std::optional<CropAndMirror> augmentation(Configuration const& asked,
                                                 Defaults const& defaults) {
  if (asked.augmentation == Augmentation::none) return std::nullopt;
  CropAndMirror chosen;
  if (asked.crop_padding) chosen.padding = *asked.crop_padding;
  Count const side = std::min(defaults.image_height, defaults.image_width);
  if (chosen.padding >= side)
    throw UsageError("--crop-padding " + std::to_string(chosen.padding) + ": must be at most " +
                     std::to_string(side - 1) + ", less than a side of the images, which have " +
                     std::to_string(defaults.image_height) + " x " +
                     std::to_string(defaults.image_width) + " pixels");
  return chosen;
}

}  // namespace configuration

RunSettings complete(Configuration const& asked, Defaults const& defaults, int scale) {
  check(asked);
  RunSettings settings;
  settings.shape = shape_of(asked, scale, defaults.accelerators_a_node);
  settings.batch = batch_plan(asked.batch.value_or(defaults.batch), asked.micro_batch,
                              settings.shape.parallelism_degree);
  settings.epochs = asked.epochs.value_or(asked.quick ? 1 : defaults.epochs);
  settings.augmentation = configuration::augmentation(asked, defaults);
  settings.threads = asked.threads.value_or(defaults.threaded ? defaults.cores_a_rank : 1);
  if (settings.threads > 1 && !defaults.threaded)
    throw UsageError("--threads " + std::to_string(settings.threads) +
                     ": the kernels of this benchmark use one thread a rank; start more ranks");
  if (settings.threads > defaults.cores_a_rank)
    throw UsageError("--threads " + std::to_string(settings.threads) + ": this rank has " +
                     std::to_string(defaults.cores_a_rank) +
                     " cores for itself (its affinity mask, shared with the ranks that have the "
                     "same); threads beyond them wait for each other");
  settings.seed = asked.seed;
  settings.quick = asked.quick;
  return settings;
}

}  // namespace ai500
