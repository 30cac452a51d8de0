// SPDX-License-Identifier: Apache-2.0
/// @file Sums in double of terms given by a function, in a fixed order.
#pragma once

#include <ai500/graph/shape.hpp>
#include <ai500/kernels/functors/interleaved_sum.hpp>

namespace ai500::kernels::reference {

/// term(0) + ... + term(n - 1) in double.
template <class Term>
double sum(Count n, Term const& term) {
  return functors::interleaved_sum<double>(n, term);
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
