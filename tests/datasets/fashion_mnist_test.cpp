// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <ai500/datasets/fashion_mnist.hpp>

#include "temporary_folder.hpp"

using namespace ai500;
using namespace ai500::test;
using datasets::FashionMnist;

namespace {

constexpr std::size_t pixels_an_image = 28 * 28;
const std::string package = "dataset-fashion-mnist";

// Pixel p of image i is (50 i + p) mod 256: another value in each place of a row and in each image.
Bytes image_file(std::uint32_t count) {
  Bytes pixels;
  for (std::size_t image = 0; image < count; ++image) {
    for (std::size_t p = 0; p < pixels_an_image; ++p)
      pixels.push_back(static_cast<std::uint8_t>(50 * image + p));
  }
  return idx_bytes({0x803, count, 28, 28}, pixels);
}

Bytes label_file(const Bytes& labels) {
  return idx_bytes({0x801, static_cast<std::uint32_t>(labels.size())}, labels);
}

// Three training samples and two test samples.
struct TinyFashionMnist {
  TemporaryFolder folder;
  std::string train_images = folder / "train-images-idx3-ubyte.gz";
  std::string train_labels = folder / "train-labels-idx1-ubyte.gz";
  std::string test_images = folder / "t10k-images-idx3-ubyte.gz";
  std::string test_labels = folder / "t10k-labels-idx1-ubyte.gz";

  TinyFashionMnist() {
    write_gzip(train_images, image_file(3));
    write_gzip(train_labels, label_file({9, 0, 4}));
    write_gzip(test_images, image_file(2));
    write_gzip(test_labels, label_file({1, 2}));
  }

  std::string loading() const {
    return data_error([&] { FashionMnist::load(folder.path()); });
  }
};

// As a 16-bit type: made from a float, explicitly, and by nothing else.
struct SmallNumber {
  SmallNumber() = default;
  explicit SmallNumber(float number) : value(number) {}
  float value = 0;
};

template <class T>
std::vector<T> image_of(const FashionMnist& data, Split split, Sample sample) {
  std::vector<T> pixels(pixels_an_image);
  data.image(split, sample, std::span<T>(pixels));
  return pixels;
}

bool is_installed() { return std::filesystem::exists(FashionMnist::default_folder); }

void say_skipped() {
  MESSAGE("SKIPPED: Fashion-MNIST is not in "
          << std::string(FashionMnist::default_folder)
          << "; Debian's package dataset-fashion-mnist installs it");
}

}  // namespace

TEST_CASE("FashionMnist: loads the four files of a folder, of any number of samples") {
  const TinyFashionMnist tiny;

  const FashionMnist data = FashionMnist::load(tiny.folder.path());

  CHECK(data.size(Split::train) == 3);
  CHECK(data.size(Split::test) == 2);
  CHECK(data.label(Split::train, 0) == 9);
  CHECK(data.label(Split::train, 2) == 4);
  CHECK(data.label(Split::test, 1) == 2);
}

TEST_CASE("FashionMnist: image is (pixel / 255 - 0.2860) / 0.3530") {
  const TinyFashionMnist tiny;
  const FashionMnist data = FashionMnist::load(tiny.folder.path());

  const std::vector<double> first = image_of<double>(data, Split::train, 0);
  const std::vector<float> third = image_of<float>(data, Split::train, 2);
  const std::vector<SmallNumber> small = image_of<SmallNumber>(data, Split::train, 2);

  // By hand: 0 -> -0.2860 / 0.3530, 255 -> 0.7140 / 0.3530, 51 -> -0.0860 / 0.3530.
  CHECK(first[0] == doctest::Approx(-0.810198).epsilon(1e-6));
  CHECK(first[255] == doctest::Approx(2.022663).epsilon(1e-6));
  CHECK(first[51] == doctest::Approx(-0.243626).epsilon(1e-5));
  for (std::size_t p = 0; p < pixels_an_image; ++p) {
    const double raw = static_cast<double>((100 + p) % 256);
    CHECK(static_cast<double>(third[p]) ==
          doctest::Approx((raw / 255 - 0.2860) / 0.3530).epsilon(1e-6));
    CHECK(small[p].value == third[p]);
  }
}

TEST_CASE(
    "FashionMnist: takes a plain file where the compressed one is absent, and "
    "std::filesystem::path") {
  const TinyFashionMnist tiny;
  std::filesystem::remove(tiny.train_images);
  std::filesystem::remove(tiny.test_labels);
  write_plain(tiny.folder / "train-images-idx3-ubyte", image_file(3));
  write_plain(tiny.folder / "t10k-labels-idx1-ubyte", label_file({7, 8}));

  const FashionMnist data = FashionMnist::load(std::filesystem::path(tiny.folder.path()));

  CHECK(data.size(Split::train) == 3);
  CHECK(data.label(Split::test, 0) == 7);
}

TEST_CASE("FashionMnist: lists the four files that it reads, compressed or plain") {
  const TinyFashionMnist tiny;
  std::filesystem::remove(tiny.test_labels);
  write_plain(tiny.folder / "t10k-labels-idx1-ubyte", label_file({7, 8}));
  write_plain(tiny.folder / "README", {});

  CHECK(FashionMnist::files(tiny.folder.path()) ==
        std::vector<std::string>{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                                 "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"});
  std::filesystem::remove(tiny.train_labels);
  CHECK(has(data_error([&] { FashionMnist::files(tiny.folder.path()); }),
            {tiny.train_labels, "No such file or directory", package}));
}

TEST_CASE("FashionMnist: a missing file is named, and the package that has it") {
  for (const auto file : {&TinyFashionMnist::train_images, &TinyFashionMnist::train_labels,
                          &TinyFashionMnist::test_images, &TinyFashionMnist::test_labels}) {
    const TinyFashionMnist tiny;

    std::filesystem::remove(tiny.*file);

    CHECK(has(tiny.loading(), {tiny.*file, "No such file or directory", package}));
  }
  CHECK(has(data_error([] { FashionMnist::load("/no/such/folder"); }),
            {"/no/such/folder/train-images-idx3-ubyte.gz", "No such file or directory", package}));
}

TEST_CASE("FashionMnist: each file's contents are checked, under its name") {
  SUBCASE("images that are labels") {
    const TinyFashionMnist tiny;
    write_gzip(tiny.train_images, label_file({1}));
    CHECK(has(tiny.loading(), {tiny.train_images, "0x00000801", "0x00000803"}));
  }
  SUBCASE("labels that are images") {
    const TinyFashionMnist tiny;
    write_gzip(tiny.test_labels, image_file(1));
    CHECK(has(tiny.loading(), {tiny.test_labels, "0x00000803", "0x00000801"}));
  }
  SUBCASE("an empty file") {
    const TinyFashionMnist tiny;
    write_gzip(tiny.test_images, {});
    CHECK(has(tiny.loading(), {tiny.test_images, "is empty", package}));
  }
  SUBCASE("a plain file that is named .gz") {
    const TinyFashionMnist tiny;
    write_plain(tiny.train_labels, label_file({9, 0, 4}));
    CHECK(has(tiny.loading(), {tiny.train_labels, "not a gzip file", package}));
  }
  SUBCASE("images of another size") {
    const TinyFashionMnist tiny;
    write_gzip(tiny.train_images, idx_bytes({0x803, 1, 32, 32}, Bytes(32 * 32)));
    CHECK(has(tiny.loading(), {tiny.train_images, "32 x 32", "28 x 28 is expected"}));
  }
  SUBCASE("fewer pixels than stated") {
    const TinyFashionMnist tiny;
    Bytes bytes = image_file(2);
    bytes.pop_back();
    write_gzip(tiny.test_images, bytes);
    CHECK(has(tiny.loading(), {tiny.test_images, "is too short", "2 x 28 x 28"}));
  }
  SUBCASE("a label that is no class") {
    const TinyFashionMnist tiny;
    write_gzip(tiny.train_labels, label_file({9, 10, 4}));
    CHECK(has(tiny.loading(), {tiny.train_labels, "label 1 is 10", "0 to 9"}));
  }
  SUBCASE("more images than labels") {
    const TinyFashionMnist tiny;
    write_gzip(tiny.train_labels, label_file({9, 0}));
    CHECK(has(tiny.loading(), {tiny.train_images, "3 images", tiny.train_labels, "2 labels"}));
  }
}

TEST_CASE(
    "FashionMnist: a sample that is not there and a buffer that does not fit are usage errors") {
  const TinyFashionMnist tiny;
  const FashionMnist data = FashionMnist::load(tiny.folder.path());
  std::vector<float> image(pixels_an_image);
  std::vector<float> too_small(pixels_an_image - 1);

  CHECK_THROWS_WITH_AS(data.label(Split::test, 2),
                       "Fashion-MNIST: sample 2 was asked for, this split has 2, numbered from 0",
                       UsageError);
  CHECK_THROWS_AS(data.image(Split::train, 3, std::span(image)), UsageError);
  CHECK_THROWS_WITH_AS(
      data.image(Split::train, 2, std::span(too_small)),
      "Fashion-MNIST: an image has 1 x 28 x 28 = 784 values, the buffer given holds 783",
      UsageError);
}

TEST_CASE("FashionMnist: a file cut at any length is a DataError that names it") {
  const TinyFashionMnist tiny;
  const Bytes whole = read_plain(tiny.train_images);
  REQUIRE(whole.size() > 100);

  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_plain(tiny.train_images,
                Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));

    CHECK(has(tiny.loading(), {tiny.train_images}));
  }
}

TEST_CASE(
    "FashionMnist: a file with a damaged byte loads unchanged or is a DataError that names it") {
  const TinyFashionMnist tiny;
  const Bytes compressed = read_plain(tiny.train_images);
  const Bytes plain = image_file(3);
  const std::vector<double> expected =
      image_of<double>(FashionMnist::load(tiny.folder.path()), Split::train, 1);
  // Multiplier and increment of Knuth's MMIX: fixed places and values, the same in every run.
  std::uint64_t state = 500;
  const auto next = [&state](std::size_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>((state >> 33) % below);
  };

  int errors = 0;
  SUBCASE("compressed: the checksum finds what unpacks otherwise") {
    for (int trial = 0; trial < 1500; ++trial) {
      Bytes damaged = compressed;
      damaged[next(damaged.size())] ^= static_cast<std::uint8_t>(1 + next(255));
      write_plain(tiny.train_images, damaged);
      const std::string message = tiny.loading();
      if (message.empty()) {
        CHECK(image_of<double>(FashionMnist::load(tiny.folder.path()), Split::train, 1) ==
              expected);
      } else {
        ++errors;
        CHECK(has(message, {tiny.train_images}));
      }
    }
    // Only a few bytes of gzip's header (time, operating system, hints) may be anything.
    CHECK(errors > 1300);
    CHECK(errors < 1500);
  }
  SUBCASE("plain: nothing protects the pixels, but the header is checked") {
    std::filesystem::remove(tiny.train_images);
    const std::string file = tiny.folder / "train-images-idx3-ubyte";
    for (std::size_t place = 0; place < 64; ++place) {
      Bytes damaged = plain;
      damaged[place] ^= static_cast<std::uint8_t>(1 + next(255));
      write_plain(file, damaged);
      const std::string message = tiny.loading();
      CHECK(has(message, {place < 16 ? file : ""}));
      errors += message.empty() ? 0 : 1;
    }
    CHECK(errors == 16);
  }
}

// The numbers in the next two tests were taken from Debian's files with python3 only:
// gzip.open(file).read(), the header with struct.unpack('>4I', ...), sums with sum() and
// bytes.count().
TEST_CASE("FashionMnist: the installed data are the published ones") {
  if (!is_installed()) return say_skipped();

  const FashionMnist data = FashionMnist::load(std::string(FashionMnist::default_folder));

  CHECK(data.size(Split::train) == 60000);
  CHECK(data.size(Split::test) == 10000);
  const auto per_class = [&](Split split) {
    std::vector<int> samples(10);
    for (Sample sample = 0; sample < data.size(split); ++sample) {
      ++samples[static_cast<std::size_t>(data.label(split, sample))];
    }
    return samples;
  };
  CHECK(per_class(Split::train) == std::vector<int>(10, 6000));
  CHECK(per_class(Split::test) == std::vector<int>(10, 1000));
  const std::array<int, 10> first_train_labels{9, 0, 0, 3, 0, 2, 7, 2, 5, 5};
  const std::array<int, 10> first_test_labels{9, 2, 1, 1, 6, 1, 4, 6, 5, 7};
  for (Sample sample = 0; sample < 10; ++sample) {
    CHECK(data.label(Split::train, sample) == first_train_labels[sample]);
    CHECK(data.label(Split::test, sample) == first_test_labels[sample]);
  }
  CHECK(data.label(Split::train, 59999) == 5);
  CHECK(data.label(Split::test, 9999) == 5);

  const auto raw = [](double normalised) {
    return static_cast<int>(std::lround((normalised * 0.3530 + 0.2860) * 255));
  };
  // Row 14 of the first images.
  const std::array<int, 28> train_row{0,   0,   1,   4,   6,   7,   2,   0,   0,   0,
                                      0,   0,   237, 226, 217, 223, 222, 219, 222, 221,
                                      216, 223, 229, 215, 218, 255, 77,  0};
  const std::array<int, 28> test_row{0,   0,   0,   0,   0,   0,   2,   4,   1,   0,
                                     0,   0,   98,  136, 110, 109, 110, 162, 135, 144,
                                     149, 159, 167, 144, 158, 169, 119, 0};
  const std::vector<double> train_image = image_of<double>(data, Split::train, 0);
  const std::vector<double> test_image = image_of<double>(data, Split::test, 0);
  for (std::size_t column = 0; column < 28; ++column) {
    CHECK(raw(train_image[14 * 28 + column]) == train_row[column]);
    CHECK(raw(test_image[14 * 28 + column]) == test_row[column]);
  }
  const auto sum = [&](Split split, Sample sample) {
    int total = 0;
    for (const double pixel : image_of<double>(data, split, sample)) total += raw(pixel);
    return total;
  };
  CHECK(sum(Split::train, 0) == 76247);
  CHECK(sum(Split::train, 59999) == 16684);
  CHECK(sum(Split::test, 0) == 33456);
  CHECK(sum(Split::test, 9999) == 24390);
}

TEST_CASE(
    "FashionMnist: its mean and standard deviation are those of the installed training images") {
  if (!is_installed()) return say_skipped();
  const std::string file =
      std::string(FashionMnist::default_folder) + "/train-images-idx3-ubyte.gz";
  const auto images =
      datasets::parse_idx_images(datasets::read_gzip_file(file), FashionMnist::image_shape, file);

  std::uint64_t sum = 0;
  std::uint64_t sum_of_squares = 0;
  for (Sample sample = 0; sample < images.count; ++sample) {
    for (const std::uint64_t pixel : images[sample]) {
      sum += pixel;
      sum_of_squares += pixel * pixel;
    }
  }
  const double values = 60000.0 * pixels_an_image;
  const double mean = static_cast<double>(sum) / values / 255;
  const double variance = static_cast<double>(sum_of_squares) / values / (255 * 255) - mean * mean;

  CHECK(sum == 3431114169u);
  CHECK(sum_of_squares == 631470052347u);
  CHECK(std::abs(mean - FashionMnist::mean) < 0.00005);                               // 0.286041
  CHECK(std::abs(std::sqrt(variance) - FashionMnist::standard_deviation) < 0.00005);  // 0.353024
}
