// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <ai500/datasets/fashion_mnist.hpp>
#include <ai500/datasets/policy.hpp>
#include <ai500/datasets/synthetic_images.hpp>

using namespace ai500;

namespace {

// A data set as a user would write it: one black image a class.
struct BlackImages {
  static constexpr std::string_view name = "black images";
  static constexpr ImageShape image_shape{.channels = 1, .height = 2, .width = 2};
  static constexpr Count classes = 2;
  static constexpr std::string_view default_folder = "";

  static BlackImages load(const std::filesystem::path&) { return {}; }
  static std::vector<std::string> files(std::string const&) { return {}; }
  Count size(Split) const { return classes; }
  int label(Split, Sample sample) const { return static_cast<int>(sample); }
  template <class T>
  void image(Split, Sample, std::span<T> pixels) const {
    for (T& pixel : pixels) pixel = T(0.0f);
  }
};

// Everything below is BlackImages with one fault; a name found in the derived type hides the
// base's.
struct WithoutShape : BlackImages {
  static constexpr int image_shape = 4;
};
struct EmptyShape : BlackImages {
  static constexpr ImageShape image_shape{.channels = 0, .height = 2, .width = 2};
};
struct OneClass : BlackImages {
  static constexpr Count classes = 1;
};
struct WithoutFolder : BlackImages {
  static constexpr int default_folder = 0;
};
struct LoadsAnother : BlackImages {};  // load returns a BlackImages
struct ListsNoFiles : BlackImages {
  static int files(std::string const&) { return 0; }
};
struct CountsInInt : BlackImages {
  int size(Split) const { return 2; }
};
struct NotConst : BlackImages {
  int label(Split, Sample) { return 0; }
};
struct OnlyFloat : BlackImages {
  void image(Split, Sample, std::span<float>) const {}
};

}  // namespace

TEST_CASE("DatasetPolicy: holds for the data sets that are shipped and for a user's own") {
  CHECK(DatasetPolicy<datasets::FashionMnist>);
  CHECK(DatasetPolicy<datasets::SyntheticImages<1, 28, 28, 10>>);
  CHECK(DatasetPolicy<BlackImages>);
}

TEST_CASE("DatasetPolicy: each atom refuses the fault that it is named after") {
  CHECK_FALSE(Named<int>);
  CHECK_FALSE(StatesImageShape<WithoutShape>);
  CHECK_FALSE(StatesImageShape<EmptyShape>);
  CHECK_FALSE(StatesClasses<OneClass>);
  CHECK_FALSE(HasDefaultFolder<WithoutFolder>);
  CHECK_FALSE(LoadsFromFolder<LoadsAnother>);
  CHECK_FALSE(ListsItsFiles<ListsNoFiles>);
  CHECK_FALSE(CountsSamples<CountsInInt>);
  CHECK_FALSE(GivesLabels<NotConst>);
  CHECK_FALSE(GivesImages<OnlyFloat>);
}

TEST_CASE("Pixel: floating point and types made from a float, no integers") {
  struct MadeFromFloat {
    explicit MadeFromFloat(float) {}
  };
  CHECK(Pixel<float>);
  CHECK(Pixel<double>);
  CHECK(Pixel<MadeFromFloat>);
  CHECK_FALSE(Pixel<int>);
  CHECK_FALSE(Pixel<std::uint8_t>);
  CHECK_FALSE(Pixel<std::string>);
}
