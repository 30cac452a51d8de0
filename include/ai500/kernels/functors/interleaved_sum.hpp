// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>

namespace ai500::kernels::functors {

/// term(0) + ... + term(n - 1) as eight interleaved partial sums: no addition waits for the one
/// before it, and rounding errors grow with n / 8.
template <class Real, class Term>
AI500_HOST_DEVICE Real interleaved_sum(Count n, Term const& term) {
  Real partial[8] = {};
  Count const whole = n - n % 8;
  for (Count i = 0; i < whole; i += 8)
    for (int lane = 0; lane < 8; ++lane) partial[lane] += static_cast<Real>(term(i + lane));
  for (int lane = 0; lane < 8; ++lane)  // no index that a GPU's registers do not know
    if (whole + lane < n) partial[lane] += static_cast<Real>(term(whole + lane));
  return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
         ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

}  // namespace ai500::kernels::functors
