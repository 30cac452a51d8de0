// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <thread>
#include <vector>

#include <ai500/datasets/synthetic_images.hpp>

using namespace ai500;
using datasets::SyntheticImages;

namespace {

template <class T = float, class D>
std::vector<T> image_of(const D& data, Split split, Sample sample) {
  std::vector<T> pixels(static_cast<std::size_t>(D::image_shape.elements()));
  data.image(split, sample, std::span<T>(pixels));
  return pixels;
}

struct Moments {
  double mean;
  double variance;
};

template <class D>
Moments moments(const D& data, Split split) {
  double sum = 0;
  double sum_of_squares = 0;
  for (Sample sample = 0; sample < data.size(split); ++sample) {
    for (const double value : image_of<double>(data, split, sample)) {
      sum += value;
      sum_of_squares += value * value;
    }
  }
  const double values = static_cast<double>(data.size(split) * D::image_shape.elements());
  return {sum / values, sum_of_squares / values - sum / values * (sum / values)};
}

// The class whose mean training image is nearest, for each test sample: the fraction that is right.
template <class D>
double nearest_class_mean_accuracy(const D& data) {
  const auto pixels = static_cast<std::size_t>(D::image_shape.elements());
  const auto classes = static_cast<std::size_t>(D::classes);
  std::vector<std::vector<double>> means(classes, std::vector<double>(pixels));
  std::vector<double> samples(classes);
  for (Sample sample = 0; sample < data.size(Split::train); ++sample) {
    const auto label = static_cast<std::size_t>(data.label(Split::train, sample));
    const std::vector<double> image = image_of<double>(data, Split::train, sample);
    for (std::size_t i = 0; i < pixels; ++i) means[label][i] += image[i];
    ++samples[label];
  }
  int right = 0;
  for (Sample sample = 0; sample < data.size(Split::test); ++sample) {
    const std::vector<double> image = image_of<double>(data, Split::test, sample);
    std::size_t nearest = 0;
    double least = INFINITY;
    for (std::size_t label = 0; label < classes; ++label) {
      double distance = 0;
      for (std::size_t i = 0; i < pixels; ++i) {
        const double difference = image[i] - means[label][i] / samples[label];
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        nearest = label;
      }
    }
    right += static_cast<int>(nearest) == data.label(Split::test, sample) ? 1 : 0;
  }
  return right / static_cast<double>(data.size(Split::test));
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i] * b[i]);
    aa += static_cast<double>(a[i] * a[i]);
    bb += static_cast<double>(b[i] * b[i]);
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE(
    "SyntheticImages: sizes are the defaults, any folder will do, and each class has as many "
    "samples") {
  const auto data = SyntheticImages<1, 4, 4, 8>::load("/no/such/folder");

  CHECK(data.size(Split::train) == 4096);
  CHECK(data.size(Split::test) == 1024);
  std::vector<int> samples(8);
  for (Sample sample = 0; sample < 4096; ++sample)
    ++samples[static_cast<std::size_t>(data.label(Split::train, sample))];
  CHECK(samples == std::vector<int>(8, 512));
}

TEST_CASE("SyntheticImages: sizes can be chosen") {
  const SyntheticImages<1, 4, 4, 2> data{.train_samples = 10, .test_samples = 3};

  CHECK(data.size(Split::train) == 10);
  CHECK(data.size(Split::test) == 3);
  CHECK_THROWS_AS(data.label(Split::test, 3), UsageError);
}

TEST_CASE("SyntheticImages: an image is a pure function of seed, split and sample") {
  const SyntheticImages<3, 10, 20, 5> data;
  const SyntheticImages<3, 10, 20, 5> same;
  const SyntheticImages<3, 10, 20, 5> other_seed{.seed = 501};

  const std::vector<float> image = image_of(data, Split::train, 7);

  CHECK(image_of(data, Split::train, 8) != image);
  CHECK(image_of(data, Split::train, 7) == image);
  CHECK(image_of(same, Split::train, 7) == image);
  CHECK(image_of(data, Split::test, 7) != image);
  CHECK(image_of(other_seed, Split::train, 7) != image);
}

TEST_CASE("SyntheticImages: doubles are the floats") {
  const SyntheticImages<2, 5, 17, 3> data;

  const std::vector<float> floats = image_of<float>(data, Split::test, 4);
  const std::vector<double> doubles = image_of<double>(data, Split::test, 4);

  CHECK(std::vector<double>(floats.begin(), floats.end()) == doubles);
}

TEST_CASE("SyntheticImages: several threads read the same images") {
  const SyntheticImages<1, 28, 28, 10> data;
  std::vector<std::vector<float>> of_first(64);
  std::vector<std::vector<float>> of_second(64);
  const auto read = [&data](std::vector<std::vector<float>>& images) {
    for (Sample sample = 0; sample < images.size(); ++sample)
      images[sample] = image_of(data, Split::train, sample);
  };

  std::thread first(read, std::ref(of_first));
  std::thread second(read, std::ref(of_second));
  first.join();
  second.join();

  CHECK(of_first == of_second);
}

TEST_CASE("SyntheticImages: about zero mean and unit variance") {
  // The mean of ten fixed patterns is not exactly zero: with ten classes of about six independent
  // values each and 0.45 of the variance, its standard deviation is sqrt(0.45 / 60) = 0.09; three
  // of them are allowed.
  const SyntheticImages<1, 28, 28, 10> grey{.train_samples = 1000, .test_samples = 1000};
  const SyntheticImages<3, 32, 32, 10> coloured{.train_samples = 500};

  const Moments train = moments(grey, Split::train);
  const Moments test = moments(grey, Split::test);
  const Moments rgb = moments(coloured, Split::train);

  CHECK(std::abs(train.mean) < 0.27);
  CHECK(std::abs(test.mean) < 0.27);
  CHECK(std::abs(rgb.mean) < 0.27);
  CHECK(std::abs(train.variance - 1) < 0.15);
  CHECK(std::abs(test.variance - 1) < 0.15);
  CHECK(std::abs(rgb.variance - 1) < 0.15);
}

TEST_CASE(
    "SyntheticImages: over many seeds each place of the image has zero mean and unit variance") {
  // 4000 independent images: the mean's standard deviation is 1 / sqrt(4000) = 0.016, the
  // variance's at most 0.022.
  constexpr int seeds = 4000;
  std::vector<double> sum(7 * 7);
  std::vector<double> sum_of_squares(7 * 7);
  for (int seed = 0; seed < seeds; ++seed) {
    const SyntheticImages<1, 7, 7, 2> data{.seed = static_cast<Seed>(seed)};
    const std::vector<double> image = image_of<double>(data, Split::train, 0);
    for (std::size_t i = 0; i < image.size(); ++i) {
      sum[i] += image[i];
      sum_of_squares[i] += image[i] * image[i];
    }
  }

  for (std::size_t i = 0; i < sum.size(); ++i) {
    CHECK(std::abs(sum[i] / seeds) < 5 * 0.016);
    CHECK(std::abs(sum_of_squares[i] / seeds - 1) < 5 * 0.022);
  }
}

TEST_CASE(
    "SyntheticImages: the nearest class mean is far better than chance and not always right") {
  const double grey =
      nearest_class_mean_accuracy(SyntheticImages<1, 28, 28, 10>{.train_samples = 1000});
  const double coloured =
      nearest_class_mean_accuracy(SyntheticImages<3, 32, 32, 10>{.train_samples = 1000});
  const double small =
      nearest_class_mean_accuracy(SyntheticImages<1, 8, 8, 4>{.train_samples = 1000});

  CHECK(grey > 0.7);  // chance is 0.1
  CHECK(grey < 0.995);
  CHECK(coloured > 0.7);
  CHECK(coloured < 0.995);
  CHECK(small > 0.7);  // chance is 0.25
  CHECK(small < 0.995);
}

TEST_CASE(
    "SyntheticImages: samples of a class are related, those of the two splits and of two seeds are "
    "no copies") {
  const SyntheticImages<3, 32, 32, 10> data;
  const SyntheticImages<3, 32, 32, 10> other_seed{.seed = 501};

  double same_class = 0;
  double other_split = 0;
  double unrelated = 0;
  for (Sample sample = 0; sample < 200; ++sample) {
    const std::vector<float> image = image_of(data, Split::train, sample);
    same_class += correlation(image, image_of(data, Split::train, sample + 10)) / 200;
    other_split += correlation(image, image_of(data, Split::test, sample)) / 200;
    unrelated += correlation(image, image_of(other_seed, Split::train, sample)) / 200;
  }

  // The class has 0.75 x 24 / (24 + 48) = 0.25 of the variance: the correlation of two samples that
  // share only it.
  CHECK(std::abs(same_class - 0.25) < 0.08);
  CHECK(std::abs(other_split - 0.25) < 0.08);
  CHECK(std::abs(unrelated) < 0.12);
}

TEST_CASE("SyntheticImages: an image of one pixel and a line of one row work") {
  const SyntheticImages<1, 1, 1, 2> pixel;
  const SyntheticImages<2, 1, 40, 2> line;

  CHECK(std::isfinite(image_of(pixel, Split::train, 0)[0]));
  for (const float value : image_of(line, Split::train, 1)) CHECK(std::abs(value) < 10);
}

TEST_CASE("SyntheticImages: a buffer that does not fit is a usage error") {
  const SyntheticImages<3, 4, 5, 2> data;
  std::vector<float> buffer(61);

  CHECK_THROWS_WITH_AS(
      data.image(Split::train, 0, std::span(buffer)),
      "synthetic images: an image has 3 x 4 x 5 = 60 values, the buffer given holds 61",
      UsageError);
}
