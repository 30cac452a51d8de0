// SPDX-License-Identifier: Apache-2.0
/// @file From the bytes of a picture to what a network reads: crop, mirror, normalise.
#pragma once

#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>

namespace ai500::kernels::functors {

/// What is cut out of a picture, as large as the picture. The host draws it, keyed as all random
/// numbers are, and sends it beside the label.
struct Crop {
  std::int32_t top = 0;       ///< row of the picture that becomes row 0; negative: padding above
  std::int32_t left = 0;      ///< the same for columns, before mirroring
  std::int32_t mirrored = 0;  ///< 1: left and right are exchanged
};

/// Which pixel of a channel of the picture, row by row, a crop has at (row, column); -1 where it
/// has padding.
/// @param extent of the picture and of the crop
constexpr Count pixel_of_picture(Crop crop, Extent extent, Count row, Count column) {
  Count const from_row = crop.top + row;
  Count const from_column = crop.left + (crop.mirrored != 0 ? extent.width - 1 - column : column);
  bool const inside =
      from_row >= 0 && from_row < extent.height && from_column >= 0 && from_column < extent.width;
  return inside ? from_row * extent.width + from_column : -1;
}

/// image = table[channel][byte], for pixels of a byte in plain order (items, channels, height,
/// width): the same bits wherever it is computed.
template <class T>
struct LookedUpPixels {
  std::uint8_t const* bytes;
  T const* table;  // (channels, 256)
  T* images;
  Count pixels_a_channel;
  Count channels;

  AI500_HOST_DEVICE void operator()(Count i) const {
    images[i] = table[i / pixels_a_channel % channels * 256 + bytes[i]];
  }
};

/// The same of a crop of each picture, whose padding is 0.
template <class T>
struct LookedUpCrops {
  std::uint8_t const* bytes;
  T const* table;     // (channels, 256)
  Crop const* crops;  // (items)
  T* images;
  Extent extent;
  Count channels;

  AI500_HOST_DEVICE void operator()(Count i) const {
    Count const column = i % extent.width, row = i / extent.width % extent.height;
    Count const plane = i / (extent.width * extent.height);
    Count const pixel = pixel_of_picture(crops[plane / channels], extent, row, column);
    images[i] =
        pixel < 0
            ? T(0.0f)
            : table[plane % channels * 256 + bytes[plane * extent.width * extent.height + pixel]];
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::LookedUpPixels<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::LookedUpCrops<T>> = true;

}  // namespace ai500::cuda
