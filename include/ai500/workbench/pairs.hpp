// SPDX-License-Identifier: Apache-2.0
/// @file How a piece of work is timed, and two beside each other; defined in pairs.ipp.
#pragma once

#include <functional>
#include <vector>

namespace ai500::workbench {

/// How long work is timed: until both is done.
struct Effort {
  int pairs = 5;         ///< at least so many runs, or pairs of them; 1 or more
  double seconds = 0.4;  ///< for at least so long
};

/// Medians of runs that took turns.
struct PairedSeconds {
  double first = 0;
  double second = 0;
  int pairs = 0;
};

/// The middle one of at least one value; of an even number, the mean of the middle two.
double median(std::vector<double> values);

/// Runs both once to warm up, then by turns, the one that begins changing: what disturbs the
/// machine disturbs both. Medians, for a disturbance is never a gain.
PairedSeconds time_in_pairs(std::function<void()> const& first, std::function<void()> const& second,
                            Effort effort);

/// Runs it once to warm up, then again and again. @return the median of its seconds
double time_alone(std::function<void()> const& work, Effort effort);

}  // namespace ai500::workbench
