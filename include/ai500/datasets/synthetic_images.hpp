// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/core/random.hpp>
#include <ai500/core/types.hpp>
#include <ai500/datasets/policy.hpp>
#include <ai500/datasets/require.hpp>

namespace ai500::datasets {

/// Learnable images that need no files, of any size: what every workload can be run with before its
/// data are there.
///
/// A sample is its class's pattern + a pattern of its own + noise in each pixel. A pattern is
/// smooth: 4 x 4 random numbers a channel, spread over the image. All of it is a pure function of
/// (seed, split, sample): nothing is stored, and each rank makes what it needs. A pixel has mean 0
/// and variance 1 by construction, over all seeds: a quarter of the variance is the pixel noise,
/// the rest is the two patterns'. The class's share of it shrinks as the channels grow in number,
/// so that classes overlap alike whatever their shape: the nearest class mean is right for roughly
/// nine of ten samples of ten classes, and no classifier reaches 100 %.
///
/// The data are the same for every run: `seed` belongs to the data set and is not the run's.
template <Count Channels, Count Height, Count Width, Count Classes>
  requires(Channels > 0 && Height > 0 && Width > 0 && Classes > 1)
struct SyntheticImages {
  static constexpr std::string_view name = "synthetic images";
  static constexpr ImageShape image_shape{.channels = Channels, .height = Height, .width = Width};
  static constexpr Count classes = Classes;
  static constexpr std::string_view default_folder = "";

  Count train_samples = 4096;
  Count test_samples = 1024;
  Seed seed = 500;

  /// There is nothing to load; the folder is ignored.
  static SyntheticImages load(const std::string&) { return {}; }
  static std::vector<std::string> files(const std::string&) { return {}; }

  /// The number of samples of a split.
  Count size(Split split) const { return split == Split::train ? train_samples : test_samples; }

  /// The class of a sample: 0, 1, ..., classes - 1, 0, 1, ...
  /// @throws UsageError if there is no such sample.
  int label(Split split, Sample sample) const {
    require_sample(sample, size(split), name);
    return static_cast<int>(sample % static_cast<Sample>(Classes));
  }

  /// Writes a sample's image, (channels, height, width).
  /// @throws UsageError if there is no such sample or `pixels` does not hold one image.
  template <Pixel T>
  void image(Split split, Sample sample, std::span<T> pixels) const {
    const auto class_number = static_cast<std::uint32_t>(label(split, sample));
    require_one_image(pixels.size(), image_shape, name);
    const Pattern pattern = mixed_pattern(class_number, split, sample);
    const Stream noise_stream = split == Split::train ? Stream::train_noise : Stream::test_noise;
    const Weights<Height> rows = interpolation_weights<Height>();
    const Weights<Width> columns = interpolation_weights<Width>();
    for (std::size_t line = 0; line < lines; ++line) {
      const Nodes nodes = between_rows(pattern[line / height], rows, line % height);
      const NoiseLine noise = noise_line(noise_stream, sample, line);
      const std::span<T> out = pixels.subspan(line * width, width);
      for (std::size_t i = 0; i < width; ++i) {
        const float smooth = nodes[0] * columns[0][i] + nodes[1] * columns[1][i] +
                             nodes[2] * columns[2][i] + nodes[3] * columns[3][i];
        out[i] = T(smooth + noise_scale * (static_cast<float>(noise[i]) - noise_mean));
      }
    }
  }

 private:
  static constexpr auto height = static_cast<std::size_t>(Height);
  static constexpr auto width = static_cast<std::size_t>(Width);
  static constexpr std::size_t lines =
      static_cast<std::size_t>(Channels) * height;  // rows of all channels

  static constexpr std::size_t grid = 4;  // nodes of a pattern in each direction
  using Nodes = std::array<float, grid>;
  using Pattern = std::array<std::array<Nodes, grid>,
                             static_cast<std::size_t>(Channels)>;  // (channel, row, column)
  template <Count Extent>
  using Weights =
      std::array<std::array<float, static_cast<std::size_t>(Extent)>, grid>;  // (node, pixel)

  // Variances of a pixel. Two classes' patterns differ by twice class_variance in each node, so
  // half of the distance between them is d with d^2 = pattern_nodes x class_variance / 2. It is to
  // be 12 x sample_variance: the two are told apart by their nodes at sqrt(12) = 3.5 standard
  // deviations. (Less by their pixels: those see the outer nodes faintly.)
  static constexpr double pattern_nodes = static_cast<double>(Channels) * grid * grid;
  static constexpr double noise_variance = 0.25;
  static constexpr double class_variance = (1 - noise_variance) * 24 / (24 + pattern_nodes);
  static constexpr double sample_variance = 1 - noise_variance - class_variance;

  // The noise is one random byte a pixel: mean 127.5, variance (256^2 - 1) / 12 = 73.9003^2.
  static constexpr float noise_mean = 127.5f;
  static constexpr float noise_scale =
      static_cast<float>(0.5 / 73.9003);  // 0.5^2 is noise_variance

  static constexpr std::size_t bytes_a_draw = 16;  // of philox
  static constexpr std::size_t draws_a_line = (width + bytes_a_draw - 1) / bytes_a_draw;
  using NoiseLine = std::array<std::uint8_t, draws_a_line * bytes_a_draw>;

  // What a random number is for; with the number of the class or sample and an index it makes the
  // counter.
  enum class Stream : std::uint64_t {
    class_pattern,
    train_pattern,
    test_pattern,
    train_noise,
    test_noise
  };
  static constexpr int index_bits = 29;
  static_assert(lines * draws_a_line < (std::size_t{1} << index_bits),
                "SyntheticImages: an image of this size needs more random numbers than its part of "
                "the counter holds");
  static_assert(Classes <= (Count{1} << 31), "SyntheticImages: a label is an int");

  static constexpr std::uint64_t element(Stream stream, std::uint32_t number, std::uint64_t index) {
    return (static_cast<std::uint64_t>(stream) << (index_bits + 32)) |
           (std::uint64_t{number} << index_bits) | index;
  }

  RandomKey key() const { return {.seed = seed, .job = 0, .purpose = purpose::synthetic_data}; }

  // Uniform, mean 0, variance 1: within [-sqrt(3), sqrt(3)).
  double node_value(Stream stream, std::uint32_t number, std::uint64_t index) const {
    constexpr double square_root_of_twelve = 3.4641016151377544;
    return (random_unit(key(), element(stream, number, index)) - 0.5) * square_root_of_twelve;
  }

  Pattern mixed_pattern(std::uint32_t class_number, Split split, Sample sample) const {
    const Stream stream = split == Split::train ? Stream::train_pattern : Stream::test_pattern;
    const double class_scale = std::sqrt(class_variance);
    const double sample_scale = std::sqrt(sample_variance);
    Pattern pattern{};
    std::uint64_t index = 0;
    for (auto& channel : pattern) {
      for (Nodes& row : channel) {
        for (float& node : row) {
          node = static_cast<float>(class_scale *
                                        node_value(Stream::class_pattern, class_number, index) +
                                    sample_scale * node_value(stream, sample, index));
          ++index;
        }
      }
    }
    return pattern;
  }

  // Linear interpolation, but with weights whose squares add up to one: the variance is 1 between
  // nodes as on them. Two of a pixel's four weights are not zero; all four are kept, because a sum
  // without look-ups is the faster loop.
  template <Count Extent>
  static Weights<Extent> interpolation_weights() {
    Weights<Extent> weights{};
    for (std::size_t i = 0; i < weights[0].size(); ++i) {
      const double position =
          (static_cast<double>(i) + 0.5) / static_cast<double>(Extent) * (grid - 1);
      const std::size_t node = std::min(static_cast<std::size_t>(position), grid - 2);
      const double after = position - static_cast<double>(node);
      const double length = std::sqrt((1 - after) * (1 - after) + after * after);
      weights[node][i] = static_cast<float>((1 - after) / length);
      weights[node + 1][i] = static_cast<float>(after / length);
    }
    return weights;
  }

  // The pattern's values at the height of a row, in the grid's columns.
  static Nodes between_rows(const std::array<Nodes, grid>& channel, const Weights<Height>& rows,
                            std::size_t row) {
    Nodes nodes{};
    for (std::size_t i = 0; i < grid; ++i) {
      for (std::size_t j = 0; j < grid; ++j) nodes[j] += rows[i][row] * channel[i][j];
    }
    return nodes;
  }

  // The random bytes of one line of a channel, and some more to fill the last draw.
  NoiseLine noise_line(Stream stream, Sample sample, std::size_t line) const {
    NoiseLine bytes{};
    std::size_t next = 0;
    for (std::size_t draw = 0; draw < draws_a_line; ++draw) {
      for (const std::uint32_t word :
           philox(key(), element(stream, sample, line * draws_a_line + draw))) {
        bytes[next++] = static_cast<std::uint8_t>(word);
        bytes[next++] = static_cast<std::uint8_t>(word >> 8);
        bytes[next++] = static_cast<std::uint8_t>(word >> 16);
        bytes[next++] = static_cast<std::uint8_t>(word >> 24);
      }
    }
    return bytes;
  }
};

static_assert(DatasetPolicy<SyntheticImages<3, 8, 8, 10>>);

}  // namespace ai500::datasets
