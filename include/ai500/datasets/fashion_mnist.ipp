// SPDX-License-Identifier: Apache-2.0
/// @file How Fashion-MNIST is read, with zlib. One file of a program includes it: ai500::zlib's.
#pragma once

#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/datasets/gzip_file.ipp>
#include <ai500/datasets/idx.ipp>

namespace ai500::datasets {

FashionMnist::Part FashionMnist::load_part(const std::string& prefix) {
  constexpr std::string_view hint =
      "Debian's package dataset-fashion-mnist installs a good one in "
      "/usr/share/datasets/fashion-mnist";
  DataFile images_file = read_gzip_or_plain_file(prefix + "-images-idx3-ubyte", hint);
  DataFile labels_file = read_gzip_or_plain_file(prefix + "-labels-idx1-ubyte", hint);
  IdxImages images = parse_idx_images(std::move(images_file.bytes), image_shape, images_file.path);
  IdxLabels labels = parse_idx_labels(std::move(labels_file.bytes), classes, labels_file.path);
  require_same_count(images, images_file.path, labels, labels_file.path);
  return {std::move(images), std::move(labels)};
}

}  // namespace ai500::datasets
