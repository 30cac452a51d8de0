// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/core/types.hpp>
#include <ai500/datasets/gzip_file.hpp>
#include <ai500/datasets/idx.hpp>
#include <ai500/datasets/policy.hpp>
#include <ai500/datasets/require.hpp>

namespace ai500::datasets {

/// Fashion-MNIST: grey images, 28 x 28, of ten kinds of clothes; 60,000 for training and 10,000 for
/// testing, as many of each class (H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image
/// Dataset for Benchmarking Machine Learning Algorithms", arXiv:1708.07747). Any number of images
/// in the same files is accepted; `size` says how many there were.
class FashionMnist {
 public:
  static constexpr std::string_view name = "Fashion-MNIST";
  static constexpr ImageShape image_shape{.channels = 1, .height = 28, .width = 28};
  static constexpr Count classes = 10;
  static constexpr std::string_view default_folder = "/usr/share/datasets/fashion-mnist";

  /// Mean and standard deviation of pixel / 255 over the 60,000 training images, to the four digits
  /// that are in use.
  static constexpr double mean = 0.2860;
  static constexpr double standard_deviation = 0.3530;

  /// Reads train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and
  /// t10k-labels-idx1-ubyte.gz, or the file of the same name without .gz where one is absent. 55 MB
  /// stay in memory.
  /// @throws DataError naming the file that is missing, damaged or contradicts another.
  static FashionMnist load(const std::string& folder) {
    Part train = load_part(folder + "/train");
    Part test = load_part(folder + "/t10k");
    return FashionMnist(std::move(train), std::move(test));
  }

  /// The names of the four files that `load` reads in this folder.
  /// @throws DataError naming the file that is missing.
  static std::vector<std::string> files(const std::string& folder);

  /// The number of samples of a split.
  Count size(Split split) const { return part(split).images.count; }

  /// The class of a sample: 0 T-shirt or top, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6
  /// shirt, 7 sneaker, 8 bag, 9 ankle boot.
  /// @throws UsageError if there is no such sample.
  int label(Split split, Sample sample) const {
    require_sample(sample, size(split), name);
    return part(split).labels[sample];
  }

  /// Writes (pixel / 255 - mean) / standard_deviation of a sample's 28 x 28 pixels.
  /// @throws UsageError if there is no such sample or `pixels` has not 784 values.
  template <Pixel T>
  void image(Split split, Sample sample, std::span<T> pixels) const {
    require_sample(sample, size(split), name);
    require_one_image(pixels.size(), image_shape, name);
    const std::array<T, 256>& table = normalised<T>();
    const std::span<const std::uint8_t> raw = bytes(split, sample);
    for (std::size_t i = 0; i < raw.size(); ++i) pixels[i] = table[raw[i]];
  }

  /// A sample's 28 x 28 pixels as they are in the files.
  std::span<const std::uint8_t> bytes(Split split, Sample sample) const {
    return part(split).images[sample];
  }

  /// (pixel / 255 - mean) / standard_deviation of each value of a byte: a table costs a load a
  /// pixel and gives the same bits on every machine; arithmetic may be contracted on some.
  template <Pixel T>
  static const std::array<T, 256>& normalised(Count = 0) {
    static const std::array<T, 256> table = normalised_pixels<T>();
    return table;
  }

 private:
  struct Part {
    IdxImages images;
    IdxLabels labels;
  };

  FashionMnist(Part train, Part test) : train_(std::move(train)), test_(std::move(test)) {}

  static Part load_part(const std::string& prefix);

  template <Pixel T>
  static constexpr std::array<T, 256> normalised_pixels() {
    std::array<T, 256> table{};
    for (std::size_t raw = 0; raw < table.size(); ++raw) {
      const double value = (static_cast<double>(raw) / 255 - mean) / standard_deviation;
      if constexpr (std::floating_point<T>) {
        table[raw] = static_cast<T>(value);
      } else {
        table[raw] = T(static_cast<float>(value));  // 16-bit types are made from a float
      }
    }
    return table;
  }

  const Part& part(Split split) const { return split == Split::train ? train_ : test_; }

  Part train_;
  Part test_;
};

static_assert(DatasetPolicy<FashionMnist> && GivesBytes<FashionMnist>);

}  // namespace ai500::datasets
