// SPDX-License-Identifier: Apache-2.0
/// @file Parses IDX, the format of MNIST and its relatives: a big-endian header, then one byte a
/// pixel or label.
///
/// A file of images is 0x00000803, count, height, width, then count x height x width pixels; a file
/// of labels is 0x00000801, count, then count labels; every number of the header has four bytes (Y.
/// LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File
/// formats").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <ai500/core/types.hpp>
#include <ai500/datasets/image_shape.hpp>

namespace ai500::datasets {

inline constexpr std::uint32_t idx_images_magic =
    0x0000'0803;  ///< unsigned bytes, three dimensions
inline constexpr std::uint32_t idx_labels_magic = 0x0000'0801;  ///< unsigned bytes, one dimension

/// The images of an IDX file, in its order. `bytes` is the file itself: nothing is copied.
struct IdxImages {
  static constexpr std::size_t header_bytes = 16;

  ImageShape shape;                 ///< of one image; one channel
  Count count;                      ///< images
  std::vector<std::uint8_t> bytes;  ///< the header, then the pixels (count, height, width)

  /// The pixels of an image, (height, width), 0 to 255. `sample` is below `count`.
  std::span<const std::uint8_t> operator[](Sample sample) const {
    const auto pixels = static_cast<std::size_t>(shape.elements());
    return std::span(bytes).subspan(header_bytes + sample * pixels, pixels);
  }
};

/// The labels of an IDX file, in its order. `bytes` is the file itself.
struct IdxLabels {
  static constexpr std::size_t header_bytes = 8;

  Count count;                      ///< labels
  std::vector<std::uint8_t> bytes;  ///< the header, then the labels (count)

  /// The label of a sample. `sample` is below `count`.
  int operator[](Sample sample) const { return bytes[header_bytes + sample]; }
};

/// The images in the bytes of an IDX file.
/// @param shape what the images have to be; one channel.
/// @param file its name, for messages.
/// @throws DataError naming the file: empty, not of images, header truncated, images of another
/// shape, no images, or not as long as the header states.
IdxImages parse_idx_images(std::vector<std::uint8_t> bytes, ImageShape shape,
                           const std::string& file);

/// The labels in the bytes of an IDX file.
/// @param classes every label has to be below this number.
/// @param file its name, for messages.
/// @throws DataError naming the file: empty, not of labels, header truncated, no labels, not as
/// long as the header states, or a label that is no class.
IdxLabels parse_idx_labels(std::vector<std::uint8_t> bytes, Count classes, const std::string& file);

/// Each image has its label.
/// @throws DataError naming both files if one holds more than the other.
void require_same_count(const IdxImages& images, const std::string& images_file,
                        const IdxLabels& labels, const std::string& labels_file);

}  // namespace ai500::datasets
