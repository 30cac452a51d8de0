// SPDX-License-Identifier: Apache-2.0
/// @file Checks of what a user asked for that need to know neither the machine nor the workload.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <ai500/configuration/configuration.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// The largest batch that makes sense: as many samples as a `Sample` can number.
inline constexpr Count largest_batch = Count{std::numeric_limits<Sample>::max()} + 1;

/// Checks that `value` is `least` to `most`; `option` names it, as in "--jobs".
///
/// @throws UsageError naming the option, the value and the range.
inline void check_range(std::string_view option, Count value, Count least,
                        Count most = std::numeric_limits<int>::max()) {
  if (value >= least && value <= most) return;
  std::string message = std::string(option) + ' ' + std::to_string(value) + ": must be ";
  message +=
      value < least ? "at least " + std::to_string(least) : "at most " + std::to_string(most);
  throw UsageError(message);
}

/// Checks a value that may be absent; an absent one is fine. See `check_range`.
template <class Integer>
void check_optional_range(std::string_view option, std::optional<Integer> const& value, Count least,
                          Count most = std::numeric_limits<int>::max()) {
  if (value) check_range(option, Count{*value}, least, most);
}

/// Checks every value of a configuration for itself and `--job` against `--jobs`. What depends on
/// the machine's size is checked where it is known: `ensemble_shape` (Eq. (5)) and `batch_plan`.
/// Any seed is valid.
///
/// @throws UsageError naming the option, its value and what would be right.
inline void check(Configuration const& configuration) {
  check_optional_range("--jobs", configuration.jobs, 1);
  check_optional_range("--degree", configuration.degree, 1);
  check_optional_range("--job", configuration.job, 0);
  check_optional_range("--epochs", configuration.epochs, 1);
  check_optional_range("--batch", configuration.batch, 1, largest_batch);
  check_optional_range("--micro-batch", configuration.micro_batch, 1, largest_batch);
  check_optional_range("--threads", configuration.threads, 1);
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
