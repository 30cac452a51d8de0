// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of idx.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/datasets/idx.hpp>

namespace ai500::datasets {

namespace detail {

/// The header's number `index`: 0 is the magic, then the extents.
inline std::uint32_t idx_number(std::span<const std::uint8_t> bytes, std::size_t index) {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : bytes.subspan(4 * index, 4)) number = (number << 8) | byte;
  return number;
}

/// "0x00000803"
inline std::string eight_hex_digits(std::uint32_t number) {
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(number >> shift) & 15];
  return text;
}

/// @param kind "images" or "labels", for the messages.
/// @throws DataError if the header is not all there or is another file's.
inline void require_idx_header(std::span<const std::uint8_t> bytes, std::size_t header_bytes,
                               std::uint32_t magic, const char* kind, const std::string& file) {
  const std::string should = std::string("; an IDX file of ") + kind;
  if (bytes.empty()) throw DataError(file + ": is empty" + should + " is expected");
  if (bytes.size() >= 4 && idx_number(bytes, 0) != magic) {
    throw DataError(file + ": begins with " + eight_hex_digits(idx_number(bytes, 0)) + should +
                    " begins with " + eight_hex_digits(magic));
  }
  if (bytes.size() < header_bytes) {
    throw DataError(file + ": its header is truncated, it has " + std::to_string(bytes.size()) +
                    " bytes" + should + " has a header of " + std::to_string(header_bytes));
  }
}

/// `count` elements of `element_bytes` fill `payload` bytes exactly. Divides: the product of three
/// numbers that a damaged header states can exceed 64 bits.
/// @throws DataError
inline void require_idx_payload(std::size_t payload, std::uint32_t count,
                                std::uint64_t element_bytes, const std::string& extents,
                                const std::string& file) {
  if (payload % element_bytes == 0 && payload / element_bytes == count) return;
  const bool too_short = payload / element_bytes < count;
  throw DataError(file + ": is too " + (too_short ? "short" : "long") + ": its header states " +
                  extents + " bytes, " + std::to_string(payload) + " follow it");
}

}  // namespace detail

IdxImages parse_idx_images(std::vector<std::uint8_t> bytes, ImageShape shape,
                           const std::string& file) {
  detail::require_idx_header(bytes, IdxImages::header_bytes, idx_images_magic, "images", file);
  const std::uint32_t count = detail::idx_number(bytes, 1);
  const std::uint32_t height = detail::idx_number(bytes, 2);
  const std::uint32_t width = detail::idx_number(bytes, 3);
  const std::string size = std::to_string(height) + " x " + std::to_string(width);
  if (count == 0) throw DataError(file + ": its header states 0 images; at least one is expected");
  if (height != shape.height || width != shape.width) {
    throw DataError(file + ": its images are " + size + "; " + std::to_string(shape.height) +
                    " x " + std::to_string(shape.width) + " is expected");
  }
  detail::require_idx_payload(bytes.size() - IdxImages::header_bytes, count,
                              std::uint64_t{height} * width, std::to_string(count) + " x " + size,
                              file);
  return {.shape = {.channels = 1, .height = height, .width = width},
          .count = count,
          .bytes = std::move(bytes)};
}

IdxLabels parse_idx_labels(std::vector<std::uint8_t> bytes, Count classes,
                           const std::string& file) {
  detail::require_idx_header(bytes, IdxLabels::header_bytes, idx_labels_magic, "labels", file);
  const std::uint32_t count = detail::idx_number(bytes, 1);
  if (count == 0) throw DataError(file + ": its header states 0 labels; at least one is expected");
  detail::require_idx_payload(bytes.size() - IdxLabels::header_bytes, count, 1,
                              std::to_string(count), file);
  const auto labels = std::span(bytes).subspan(IdxLabels::header_bytes);
  const auto wrong = std::find_if(labels.begin(), labels.end(),
                                  [=](std::uint8_t label) { return label >= classes; });
  if (wrong != labels.end()) {
    throw DataError(file + ": label " + std::to_string(wrong - labels.begin()) + " is " +
                    std::to_string(*wrong) + "; 0 to " + std::to_string(classes - 1) +
                    " is expected");
  }
  return {.count = count, .bytes = std::move(bytes)};
}

void require_same_count(const IdxImages& images, const std::string& images_file,
                        const IdxLabels& labels, const std::string& labels_file) {
  if (images.count == labels.count) return;
  throw DataError(images_file + ": holds " + std::to_string(images.count) + " images, but " +
                  labels_file + " holds " + std::to_string(labels.count) +
                  " labels; one label an image is expected");
}

}  // namespace ai500::datasets
