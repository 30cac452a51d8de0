// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdio>

#include <unistd.h>

#include <ai500/training/fit.hpp>

namespace ai500 {

/// Says where a training stands, on standard error: on a terminal one line that is written over,
/// elsewhere plain lines, one at the end of each epoch and at most one in ten seconds. Only the
/// writer of a run prints.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param writer whether this rank prints; one of a run does
  Progress(bool writer, Job job, Count batch)
      : writer_(writer),
        terminal_(isatty(STDERR_FILENO) != 0),
        job_(job),
        batch_(batch),
        start_(Clock::now()),
        last_(start_) {}

  void operator()(FitProgress const& now) {
    if (!writer_) return;
    ++steps_;
    auto const time = Clock::now();
    bool const epoch_ends = now.step + 1 == now.steps;
    std::chrono::milliseconds const interval(terminal_ ? 200 : 10000);
    if (!epoch_ends && time - last_ < interval) return;
    last_ = time;
    double const elapsed = std::chrono::duration<double>(time - start_).count();
    double const rate = static_cast<double>(steps_ * batch_) / elapsed;
    Count const all = now.steps * now.epochs;
    int const left = static_cast<int>(
        elapsed * static_cast<double>(all - steps_) / static_cast<double>(steps_) + 0.5);
    std::fprintf(stderr,
                 "%sjob %u  epoch %d/%d  step %lld/%lld  loss %.4f  %.0f images/s  %d:%02d left%s",
                 terminal_ ? "\r" : "", job_, now.epoch + 1, now.epochs,
                 static_cast<long long>(now.step + 1), static_cast<long long>(now.steps), now.loss,
                 rate, left / 60, left % 60,
                 terminal_ && !(epoch_ends && now.epoch + 1 == now.epochs) ? "  " : "\n");
  }

 private:
  bool writer_;
  bool terminal_;
  Job job_;
  Count batch_;
  Clock::time_point start_;
  Clock::time_point last_;
  Count steps_ = 0;
};

}  // namespace ai500
