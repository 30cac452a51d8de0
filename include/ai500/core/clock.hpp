// SPDX-License-Identifier: Apache-2.0
/// @file The two clocks: one that never jumps, for durations, and the wall's, for dates.
#pragma once

#include <chrono>

namespace ai500 {

/// Seconds since `start` on a clock that never jumps.
inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Wall-clock seconds since 1970.
inline double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace ai500
