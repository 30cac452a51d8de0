// SPDX-License-Identifier: Apache-2.0
/// @file Samples of a data set on their way into a batch: as they are, or crops of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <ai500/datasets/policy.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/functors/images.hpp>

namespace ai500 {

/// Writes one sample into place `position` of a batch.
/// @param images (batch, channels, height, width)
template <DatasetPolicy Dataset, class T>
void feed_image(Dataset const& dataset, Split split, Sample sample, Count position,
                View<T> images) {
  constexpr Count elements = Dataset::image_shape.elements();
  dataset.image(split, sample, images.part(position * elements, elements).span());
}

/// Writes one sample and its label into place `position` of a batch.
/// @param images (batch, channels, height, width)
/// @param labels (batch)
template <DatasetPolicy Dataset, class T>
void feed(Dataset const& dataset, Split split, Sample sample, Count position, View<T> images,
          View<std::int32_t> labels) {
  feed_image(dataset, split, sample, position, images);
  labels.span()[static_cast<std::size_t>(position)] = dataset.label(split, sample);
}

/// Writes crops of samples, whose padding is 0. It has room for one whole sample, from the first
/// one that it writes.
template <class T>
class CroppedFeed {
 public:
  /// Writes a crop of one sample, and its label, into place `position` of a batch.
  /// @param images (batch, channels, height, width)
  /// @param labels (batch)
  template <DatasetPolicy Dataset>
  void write(Dataset const& dataset, Split split, Sample sample, Count position, View<T> images,
             View<std::int32_t> labels, kernels::functors::Crop crop) {
    constexpr ImageShape shape = Dataset::image_shape;
    constexpr Extent extent{shape.height, shape.width};
    sample_.resize(static_cast<std::size_t>(shape.elements()));
    dataset.image(split, sample, std::span<T>(sample_));
    T const* from = sample_.data();
    T* to = images.part(position * shape.elements(), shape.elements()).span().data();
    for (Count channel = 0; channel < shape.channels; ++channel) {
      for (Count row = 0; row < shape.height; ++row)
        for (Count column = 0; column < shape.width; ++column) {
          Count const pixel = kernels::functors::pixel_of_picture(crop, extent, row, column);
          *to++ = pixel < 0 ? T(0.0f) : from[pixel];
        }
      from += shape.height * shape.width;
    }
    labels.span()[static_cast<std::size_t>(position)] = dataset.label(split, sample);
  }

 private:
  std::vector<T> sample_;  // (channels, height, width)
};

}  // namespace ai500
