// SPDX-License-Identifier: Apache-2.0
/// @file From the bytes of a picture to what a network reads, as a functor: crop, mirror,
/// normalise.
#pragma once

#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/core/random.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>

namespace ai500::kernels::functors {

/// What is cut out of one picture. The host draws it, keyed as all random numbers are, and sends it
/// beside the label.
struct Crop {
  std::int32_t top = 0;       ///< row of the picture that becomes row 0; negative: padding above
  std::int32_t left = 0;      ///< the same for columns, before mirroring
  std::int32_t mirrored = 0;  ///< 1: left and right are exchanged
};

/// The crops of a training: `out` of a picture padded on all sides, anywhere, mirrored or not.
/// Keyed by (seed, job, epoch, position), so that they are the same on any number of ranks;
/// for_each over items.
struct DrawnCrops {
  RandomKey key;               ///< purpose::augmentation
  std::uint64_t const* first;  ///< (1): epoch x 2^32 + the first item's position in the epoch
  Crop* crops;                 ///< (items)
  Extent in;
  Extent out;
  Count padding;

  AI500_HOST_DEVICE void operator()(Count item) const {
    auto const words = philox(key, *first + static_cast<std::uint64_t>(item));
    crops[item] = {anywhere(words[0], in.height - out.height),
                   anywhere(words[1], in.width - out.width),
                   static_cast<std::int32_t>(words[2] & 1)};
  }

 private:
  /// -padding ... room + padding
  AI500_HOST_DEVICE std::int32_t anywhere(std::uint32_t word, Count room) const {
    auto const places = static_cast<std::uint64_t>(room + 2 * padding + 1);
    std::uint64_t const place = random_below(std::uint64_t{word} << 32, places);
    return static_cast<std::int32_t>(static_cast<Count>(place) - padding);
  }
};

/// The order of an image's numbers: the distance from one to the next in each direction.
struct ImageStrides {
  Count channel;
  Count row;
  Count column;
};

/// (channels, height, width), the order of Layout::plain.
constexpr ImageStrides channels_first(Count, Extent extent) {
  return {extent.height * extent.width, extent.width, 1};
}
/// (height, width, channels), the order that tensor cores want.
constexpr ImageStrides channels_last(Count channels, Extent extent) {
  return {1, extent.width * channels, channels};
}

/// image = (picture / 255 - mean) / deviation of the crop, channel by channel; what the crop has
/// outside of the picture is the mean: 0. for_each over items x height x width of the image.
/// @tparam From a byte, or a float of 0 to 255
template <class T, class From = std::uint8_t>
struct NormalizedImages {
  static constexpr Count most_channels = 4;

  From const* pictures;  // (items, in.height, in.width, channels)
  Crop const* crops;     // (items)
  T* images;             // (items, the order of `strides`)
  Count channels;
  Extent in;
  Extent out;
  ImageStrides strides;
  float factor[most_channels];  ///< 1 / (255 deviation)
  float offset[most_channels];  ///< -mean / deviation

  AI500_HOST_DEVICE void operator()(Count i) const {
    Count const column = i % out.width, row = i / out.width % out.height;
    Count const item = i / (out.width * out.height);
    Crop const crop = crops[item];
    Count const from_row = crop.top + row;
    Count const from_column = crop.left + (crop.mirrored != 0 ? out.width - 1 - column : column);
    bool const inside =
        from_row >= 0 && from_row < in.height && from_column >= 0 && from_column < in.width;
    From const* const from =
        pictures + ((item * in.height + from_row) * in.width + from_column) * channels;
    T* const to = images + item * out.height * out.width * channels + row * strides.row +
                  column * strides.column;
    for (int c = 0; c < most_channels; ++c)  // no index that a GPU's registers do not know
      if (c < channels)
        to[c * strides.channel] =
            T(inside ? static_cast<float>(from[c]) * factor[c] + offset[c] : 0.0f);
  }
};

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

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <ActivationNumber T, OneOf<std::uint8_t, float> From>
inline constexpr bool has_device_code<kernels::functors::NormalizedImages<T, From>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::DrawnCrops> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::LookedUpPixels<T>> = true;

}  // namespace ai500::cuda
