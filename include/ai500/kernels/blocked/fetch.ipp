// SPDX-License-Identifier: Apache-2.0
/// @file A line of memory, asked for before it is read.
#pragma once

#include <ai500/core/types.hpp>

namespace ai500::kernels::blocked {

inline constexpr Count cache_line = 64;  // bytes

/// What is at `address`, or nothing, is on its way to be read, into the second cache.
[[gnu::always_inline]] inline void fetch_ahead(void const* address) {
  __builtin_prefetch(address, 0, 2);
}
/// The same into the first.
[[gnu::always_inline]] inline void fetch_to_first(void const* address) {
  __builtin_prefetch(address, 0, 3);
}

}  // namespace ai500::kernels::blocked
