// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of progress.hpp.
#pragma once

#include <cstdio>

#include <unistd.h>

#include <ai500/reports/progress.hpp>

namespace ai500 {

Progress::Progress(bool writer, Job job, Count batch)
    : writer_(writer),
      terminal_(isatty(STDERR_FILENO) != 0),
      job_(job),
      batch_(batch),
      start_(Clock::now()),
      last_(start_) {}

void Progress::operator()(FitProgress const& now) {
  if (!writer_) return;
  Count const done = now.epoch * now.steps + now.step + 1;
  if (++steps_ == 1 && done > 1)
    std::fprintf(stderr, "job %u  goes on from its checkpoint at epoch %d/%d  step %lld/%lld\n",
                 job_, now.epoch + 1, now.epochs, static_cast<long long>(now.step + 1),
                 static_cast<long long>(now.steps));
  auto const time = Clock::now();
  bool const epoch_ends = now.step + 1 == now.steps;
  std::chrono::milliseconds const interval(terminal_ ? 200 : 10000);
  if (!epoch_ends && time - last_ < interval) return;
  last_ = time;
  double const elapsed = std::chrono::duration<double>(time - start_).count();
  double const rate = static_cast<double>(steps_ * batch_) / elapsed;
  Count const all = now.steps * now.epochs;
  int const left = static_cast<int>(
      elapsed * static_cast<double>(all - done) / static_cast<double>(steps_) + 0.5);
  std::fprintf(
      stderr, "%sjob %u  epoch %d/%d  step %lld/%lld  loss %.4f  %.0f images/s  %d:%02d left%s",
      terminal_ ? "\r" : "", job_, now.epoch + 1, now.epochs, static_cast<long long>(now.step + 1),
      static_cast<long long>(now.steps), now.loss, rate, left / 60, left % 60,
      terminal_ && !(epoch_ends && now.epoch + 1 == now.epochs) ? "  " : "\n");
}

}  // namespace ai500
