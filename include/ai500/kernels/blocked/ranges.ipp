// SPDX-License-Identifier: Apache-2.0
/// @file Ranges of rows and columns, and where a window is not in the padding.
#pragma once

#include <algorithm>

#include <ai500/core/types.hpp>

namespace ai500::kernels::blocked {

/// [begin, end).
struct Range {
  Count begin, end;
  Count size() const { return std::max<Count>(0, end - begin); }
  bool operator==(Range const&) const = default;
};

/// The positions of a window at which one of its rows (or columns) is not in the padding.
/// @param offset of the row in the window
/// @param positions of the window in all
/// @param extent of what it moves over
constexpr Range inside(Count offset, Count stride, Count padding, Count positions, Count extent) {
  Count const begin = std::max<Count>(0, (padding - offset + stride - 1) / stride);
  Count const beyond = extent + padding - offset;  // the first place that is no longer inside
  Count const end = beyond <= 0 ? 0 : std::min(positions, (beyond + stride - 1) / stride);
  return {begin, std::max(begin, end)};
}

}  // namespace ai500::kernels::blocked
