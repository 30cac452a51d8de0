// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of run_settings.hpp.
#pragma once

#include <optional>
#include <string>

#include <ai500/configuration/run_settings.hpp>

namespace ai500 {

RunSettings complete(Configuration const& asked, Defaults const& defaults, int scale) {
  check(asked);
  RunSettings settings;
  settings.shape = shape_of(asked, scale, defaults.accelerators_a_node);
  settings.batch = batch_plan(asked.batch.value_or(defaults.batch), asked.micro_batch,
                              settings.shape.parallelism_degree);
  settings.epochs = asked.epochs.value_or(asked.quick ? 1 : defaults.epochs);
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
