// SPDX-License-Identifier: Apache-2.0
/// @file The arithmetic of a reduction in shared memory; defined in slice_sum.ipp.
#pragma once

#include <algorithm>
#include <span>

#include <ai500/core/types.hpp>
#include <ai500/devices/host.hpp>

namespace ai500::collectives {

/// Elements [begin, end).
struct Slice {
  Count begin = 0;
  Count end = 0;

  constexpr Count size() const { return end - begin; }
  bool operator==(Slice const&) const = default;
};

/// The slice of `whole` that rank `rank` of `ranks` sums: near-equal ones, in rank order, their
/// inner borders at multiples of `line` elements (a cache line), so that no two ranks write to one
/// line. With few elements some are empty.
constexpr Slice slice_of_rank(Slice whole, int rank, int ranks, Count line) {
  auto border = [&](int r) {
    if (r == 0) return whole.begin;
    if (r == ranks) return whole.end;
    Count const near = whole.begin + whole.size() * r / ranks;
    return std::min(whole.end, (near + line - 1) / line * line);
  };
  return {border(rank), border(rank + 1)};
}

/// Puts the sum of all buffers' elements in a slice into all buffers: ((b0 + b1) + b2) + ..., so
/// that the bits depend on nothing else. Each element is read and written once in each buffer.
void sum_slice(devices::Host const& host, std::span<float* const> buffers, Slice slice);
void sum_slice(devices::Host const& host, std::span<double* const> buffers, Slice slice);

}  // namespace ai500::collectives
