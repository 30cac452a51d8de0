// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include <ai500/datasets/policy.hpp>
#include <ai500/devices/buffer.hpp>

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

}  // namespace ai500
