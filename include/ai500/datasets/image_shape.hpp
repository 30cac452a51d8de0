// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/types.hpp>

namespace ai500 {

/// The extents of one image, all in pixels but for the channels. In memory an image is (channels,
/// height, width), its columns next to each other.
struct ImageShape {
  Count channels;
  Count height;
  Count width;

  /// The number of values of one image.
  constexpr Count elements() const { return channels * height * width; }

  friend constexpr bool operator==(const ImageShape&, const ImageShape&) = default;
};

}  // namespace ai500
