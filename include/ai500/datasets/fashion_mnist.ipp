// SPDX-License-Identifier: Apache-2.0
/// @file How Fashion-MNIST is read, with zlib. One file of a program includes it: ai500::zlib's.
#pragma once

#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/datasets/gzip_file.ipp>
#include <ai500/datasets/idx.ipp>

namespace ai500::datasets {

namespace detail {

inline constexpr std::string_view fashion_mnist_hint =
    "Debian's package dataset-fashion-mnist installs a good one in "
    "/usr/share/datasets/fashion-mnist";
inline constexpr const char* images_of = "-images-idx3-ubyte";
inline constexpr const char* labels_of = "-labels-idx1-ubyte";

}  // namespace detail

FashionMnist::Part FashionMnist::load_part(const std::string& prefix) {
  constexpr std::string_view hint = detail::fashion_mnist_hint;
  DataFile images_file = read_gzip_or_plain_file(prefix + detail::images_of, hint);
  DataFile labels_file = read_gzip_or_plain_file(prefix + detail::labels_of, hint);
  IdxImages images = parse_idx_images(std::move(images_file.bytes), image_shape, images_file.path);
  IdxLabels labels = parse_idx_labels(std::move(labels_file.bytes), classes, labels_file.path);
  require_same_count(images, images_file.path, labels, labels_file.path);
  return {std::move(images), std::move(labels)};
}

std::vector<std::string> FashionMnist::files(const std::string& folder) {
  const std::string prefix = folder + '/';
  std::vector<std::string> names;
  for (const char* const split : {"train", "t10k"})
    for (const char* const kind : {detail::images_of, detail::labels_of})
      names.push_back(gzip_or_plain_path(prefix + split + kind, detail::fashion_mnist_hint)
                          .substr(prefix.size()));
  return names;
}

}  // namespace ai500::datasets
