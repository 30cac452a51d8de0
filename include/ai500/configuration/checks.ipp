// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of checks.hpp.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <ai500/configuration/checks.hpp>

namespace ai500 {

void check_range(std::string_view option, Count value, Count least, Count most) {
  if (value >= least && value <= most) return;
  std::string message = std::string(option) + ' ' + std::to_string(value) + ": must be ";
  message +=
      value < least ? "at least " + std::to_string(least) : "at most " + std::to_string(most);
  throw UsageError(message);
}

void check(Configuration const& configuration) {
  check_optional_range("--jobs", configuration.jobs, 1);
  check_optional_range("--degree", configuration.degree, 1);
  check_optional_range("--job", configuration.job, 0);
  check_optional_range("--epochs", configuration.epochs, 1);
  check_optional_range("--batch", configuration.batch, 1, largest_batch);
  check_optional_range("--micro-batch", configuration.micro_batch, 1, largest_batch);
  check_optional_range("--crop-padding", configuration.crop_padding, 0);
  if (configuration.crop_padding && configuration.augmentation == Augmentation::none)
    throw UsageError("--crop-padding " + std::to_string(*configuration.crop_padding) +
                     ": needs --augmentation " + std::string(name(Augmentation::crop_and_mirror)));
  check_optional_range("--threads", configuration.threads, 1);
  check_optional_range("--checkpoint-steps", configuration.checkpoint_steps, 0);
  if (configuration.output.empty()) throw UsageError("--output '': must name a folder");
  if (!configuration.job) return;
  std::string const job = "--job " + std::to_string(*configuration.job);
  if (!configuration.jobs)
    throw UsageError(job +
                     ": needs --jobs M, the size of the ensemble that this member belongs to");
  if (*configuration.job >= *configuration.jobs)
    throw UsageError(job + ": must be at most " + std::to_string(*configuration.jobs - 1) +
                     ", members are numbered from 0 to M - 1 and --jobs is " +
                     std::to_string(*configuration.jobs));
}

}  // namespace ai500
