// SPDX-License-Identifier: Apache-2.0
/// @file How plain filters stand in memory for who reads them.
#pragma once

#include <ai500/core/types.hpp>
#include <ai500/graph/shape.hpp>

namespace ai500::kernels::blocked {

/// An output's filters are so many floats from another's, those of an input from another's.
struct FilterOrder {
  Count output, input;
  bool is_turned;  ///< whether taps are turned by 180 degrees
};

/// Those of a convolution (c', c, kh, kw).
inline FilterOrder forward_order(Shape const& x, Extent kernel) {
  Count const taps = kernel.height * kernel.width;
  return {x.channels * taps, taps, false};
}
/// The same for the gradient of its data, whose input is dy.
inline FilterOrder gradient_order(Shape const& dx, Extent kernel) {
  Count const taps = kernel.height * kernel.width;
  return {taps, dx.channels * taps, true};
}

}  // namespace ai500::kernels::blocked
