// SPDX-License-Identifier: Apache-2.0
/// @file What is said while a training works; defined in progress.ipp.
#pragma once

#include <chrono>

#include <ai500/training/fit_progress.hpp>

namespace ai500 {

/// Says where a training stands, on standard error: on a terminal one line that is written over,
/// elsewhere plain lines, one at the end of each epoch and at most one in ten seconds. Only the
/// writer of a run prints.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param writer whether this rank prints; one of a run does
  Progress(bool writer, Job job, Count batch);

  void operator()(FitProgress const& now);

 private:
  bool writer_;
  bool terminal_;
  Job job_;
  Count batch_;
  Clock::time_point start_;
  Clock::time_point last_;
  Count steps_ = 0;  // in this run
};

}  // namespace ai500
