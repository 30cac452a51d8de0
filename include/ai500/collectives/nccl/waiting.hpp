// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include <ai500/collectives/attendance.hpp>

namespace ai500::collectives::nccl {

/// How a rank waits for others.
struct Waiting {
  using Clock = std::chrono::steady_clock;

  double patience_seconds = 600;
  Attendance attendance{};                           ///< what each rank's host has begun
  Attendance devices{};                              ///< how far each rank's GPU has come
  std::function<std::string()> who_ended = nullptr;  ///< as PeersEndTogether has it; may be empty

  Clock::duration patience() const {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(patience_seconds));
  }

  /// "rank 2 has ended: why", or empty.
  std::string ended() const { return who_ended ? who_ended() : ""; }

  /// "600 s", "0.25 s".
  std::string limit() const {
    char text[32];
    std::snprintf(text, sizeof text, "%g s", patience_seconds);
    return text;
  }

  /// Which ranks keep a sum from ending: those whose hosts have not begun it, or else those whose
  /// GPUs have not come to it.
  /// @param number of the sum, from 1
  std::string missing_in_sum(std::uint64_t number) const {
    return attendance.all_seen_have_come(number) ? "on GPUs, " + devices.missing(number)
                                                 : "in sums, " + attendance.missing(number);
  }
};

}  // namespace ai500::collectives::nccl
