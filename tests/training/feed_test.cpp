// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/feed.hpp>
//
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace ai500::testing {
namespace {

/// Two pixels an image: the sample's number, negative in the test set, and a half more.
struct NumberedImages {
  static constexpr std::string_view name = "numbered images";
  static constexpr ImageShape image_shape{.channels = 1, .height = 1, .width = 2};
  static constexpr Count classes = 10;
  static constexpr std::string_view default_folder = "";

  static NumberedImages load(std::string const&) { return {}; }
  static std::vector<std::string> files(std::string const&) { return {}; }
  Count size(Split) const { return 100; }
  int label(Split, Sample sample) const { return static_cast<int>(sample % 10); }
  template <class T>
  void image(Split split, Sample sample, std::span<T> pixels) const {
    float const number = static_cast<float>(sample) * (split == Split::train ? 1.0f : -1.0f);
    pixels[0] = T(number);
    pixels[1] = T(number + 0.5f);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("feed: writes a sample and its label into its place, and nowhere else", T, float,
                   double) {
  std::vector<T> images(6, T(7));
  std::vector<std::int32_t> labels(3, 7);

  feed(NumberedImages{}, Split::train, 42, 1, View<T>(images.data(), 6),
       View<std::int32_t>(labels.data(), 3));

  CHECK(images == std::vector<T>{7, 7, 42, T(42.5), 7, 7});
  CHECK(labels == std::vector<std::int32_t>{7, 2, 7});
}

TEST_CASE_TEMPLATE("CroppedFeed: writes the crop, 0 outside of the image, and nowhere else", T,
                   float, double, half) {
  std::vector<T> images(6, T(7.0f));
  std::vector<std::int32_t> labels(3, 7);
  View<T> const batch(images.data(), 6);
  View<std::int32_t> const classes(labels.data(), 3);
  CroppedFeed<T> crops;

  crops.write(NumberedImages{}, Split::train, 42, 1, batch, classes, {.left = 1});
  crops.write(NumberedImages{}, Split::train, 13, 2, batch, classes, {.left = -1, .mirrored = 1});

  CHECK(std::vector<double>(images.begin(), images.end()) ==
        std::vector<double>{7, 7, 42.5, 0, 13, 0});
  CHECK(labels == std::vector<std::int32_t>{7, 2, 3});
}

TEST_CASE("feed_image: takes the sample of the split that is asked for") {
  std::vector<float> images(4, 7.0f);
  View<float> const batch(images.data(), 4);

  feed_image(NumberedImages{}, Split::test, 3, 0, batch);
  feed_image(NumberedImages{}, Split::train, 3, 1, batch);

  CHECK(images == std::vector<float>{-3.0f, -2.5f, 3.0f, 3.5f});
}

}  // namespace ai500::testing
