// SPDX-License-Identifier: Apache-2.0
/// @file The checks of a data set's arguments: a sample that is not there, a buffer that does not
/// fit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/datasets/image_shape.hpp>

namespace ai500::datasets {

/// A split of `size` samples has sample number `sample`.
/// @throws UsageError if it has not.
inline void require_sample(Sample sample, Count size, std::string_view dataset) {
  if (Count{sample} < size) return;
  throw UsageError(std::string(dataset) + ": sample " + std::to_string(sample) +
                   " was asked for, this split has " + std::to_string(size) + ", numbered from 0");
}

/// A buffer of `values` values holds exactly one image.
/// @throws UsageError if it does not.
inline void require_one_image(std::size_t values, ImageShape shape, std::string_view dataset) {
  if (values == static_cast<std::size_t>(shape.elements())) return;
  throw UsageError(std::string(dataset) + ": an image has " + std::to_string(shape.channels) +
                   " x " + std::to_string(shape.height) + " x " + std::to_string(shape.width) +
                   " = " + std::to_string(shape.elements()) + " values, the buffer given holds " +
                   std::to_string(values));
}

}  // namespace ai500::datasets
