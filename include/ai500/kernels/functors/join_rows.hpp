// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/host_device.hpp>

namespace ai500::kernels::functors {

/// Brings together what the threads of a block have, which stand in rows, a power of 2 of them, of
/// `width` threads: join(thread, other) for each thread of the first half of the rows and the one
/// as far down in the second half, then for the first half of those, until row 0 has it all. The
/// order is fixed, and behind it all threads see the result.
template <class Block, class Join>
AI500_HOST_DEVICE void join_rows(Block const& block, int rows, int width, Join const& join) {
  for (int half = rows / 2; half > 0; half /= 2)
    block.for_each_thread([&](int thread) {
      if (thread / width < half) join(thread, thread + half * width);
    });
}

}  // namespace ai500::kernels::functors
