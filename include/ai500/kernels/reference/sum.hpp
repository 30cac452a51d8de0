// SPDX-License-Identifier: Apache-2.0
/// @file Sums in double of terms given by a function, in a fixed order.
#pragma once

#include <ai500/graph/shape.hpp>

namespace ai500::kernels::reference {

/// term(0) + ... + term(n - 1) in double, as eight interleaved partial sums: no addition waits for
/// the one before it, and rounding errors grow with n / 8.
template <class Term>
double sum(Count n, Term const& term) {
  double partial[8] = {};
  Count const whole = n - n % 8;
  for (Count i = 0; i < whole; i += 8)
    for (int lane = 0; lane < 8; ++lane) partial[lane] += static_cast<double>(term(i + lane));
  for (Count i = whole; i < n; ++i) partial[i - whole] += static_cast<double>(term(i));
  return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
         ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

/// The sum of term(index) over a channel of x (n, c, h, w): its n planes of h x w elements.
template <class Term>
double channel_sum(Shape const& x, Count channel, Term const& term) {
  Count const plane = x.height * x.width;
  double total = 0;
  for (Count item = 0; item < x.items; ++item) {
    Count const first = (item * x.channels + channel) * plane;
    total += sum(plane, [&](Count i) { return term(first + i); });
  }
  return total;
}

}  // namespace ai500::kernels::reference
