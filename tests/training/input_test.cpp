// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/input.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include "../devices/separate_memory.hpp"

using namespace ai500;
using kernels::functors::Crop;

namespace {

/// Two images of 2 channels x 1 x 2 pixels, as bytes.
struct Bytes {
  static constexpr std::string_view name = "bytes";
  static constexpr ImageShape image_shape{.channels = 2, .height = 1, .width = 2};
  static constexpr Count classes = 2;
  static constexpr std::string_view default_folder = "";
  static Bytes load(std::string const&) { return {}; }
  static std::vector<std::string> files(std::string const&) { return {}; }
  Count size(Split) const { return 2; }
  int label(Split, Sample sample) const { return static_cast<int>(sample); }

  std::span<std::uint8_t const> bytes(Split, Sample sample) const {
    static constexpr std::array<std::uint8_t, 8> all{0, 1, 2, 3, 255, 254, 253, 252};
    return std::span(all).subspan(4 * sample, 4);
  }
  template <Pixel T>
  static std::array<T, 256> normalised(Count channel) {
    std::array<T, 256> table{};
    for (std::size_t i = 0; i < 256; ++i)
      table[i] = T(static_cast<float>(i) / 4 - 10 * static_cast<float>(channel));
    return table;
  }
  template <Pixel T>
  void image(Split split, Sample sample, std::span<T> pixels) const {
    for (std::size_t i = 0; i < 4; ++i)
      pixels[i] = normalised<T>(static_cast<Count>(i / 2))[bytes(split, sample)[i]];
  }
};
static_assert(DatasetPolicy<Bytes> && GivesBytes<Bytes>);

/// The same without saying that pixels are bytes.
struct Numbers : Bytes {
  static Numbers load(std::string const&) { return {}; }
  void bytes() const {}
};
static_assert(DatasetPolicy<Numbers> && !GivesBytes<Numbers>);

/// Three batches of two samples, in turn (0, 1), (1, 0), (0, 1), the host being one ahead: what
/// the network's memory held at each step.
/// @param crops a crop of either sample, or none
template <class Device, class Dataset>
std::vector<float> seen_by_network(Device& device, Dataset const& dataset,
                                   std::vector<Crop> const& crops = {}) {
  Buffer<float, Device> images(device, 8);
  Buffer<std::int32_t, Device> labels(device, 2);
  Buffer<float, Device> seen(device, 3 * 10);
  Input<float, Device> input(device, images.view(), labels.view());
  float* const to = seen.data();
  float const* const pixels = images.data();
  std::int32_t const* const classes = labels.data();
  for (Count step = 0; step < 3; ++step) {
    if (step == 2) device.synchronize();  // the step before last is done
    for (Count i = 0; i < 2; ++i) {
      auto const sample = static_cast<Sample>((i + step) % 2);
      if (crops.empty())
        input.write(dataset, Split::train, sample, i);
      else
        input.write(dataset, Split::train, sample, i, crops[sample]);
    }
    input.send();
    device.for_each(10, [=](Count i) {
      to[step * 10 + i] = i < 8 ? pixels[i] : static_cast<float>(classes[i - 8]);
    });
  }
  Mirror mirror(device, seen.view());
  mirror.download();
  auto const numbers = mirror.host().span();
  return {numbers.begin(), numbers.end()};
}

}  // namespace

TEST_CASE("Input: as bytes or as numbers, to a host or beside a device's work: the same bits") {
  devices::Host host;
  std::vector<float> expected = seen_by_network(host, Numbers{});
  // By hand: image 0, then image 1, then their labels.
  CHECK(std::vector<float>(expected.begin(), expected.begin() + 10) ==
        std::vector<float>{0, 0.25, -9.5, -9.25, 63.75, 63.5, 53.25, 53, 0, 1});
  CHECK(std::vector<float>(expected.begin() + 18, expected.begin() + 20) ==
        std::vector<float>{1, 0});

  testing::SeparateMemory device;
  CHECK(seen_by_network(host, Bytes{}) == expected);
  CHECK(seen_by_network(device, Numbers{}) == expected);
  CHECK(seen_by_network(device, Bytes{}) == expected);
}

TEST_CASE(
    "Input: crops of bytes or of numbers, to a host or beside a device's work: the same bits") {
  devices::Host host;
  std::vector<Crop> const crops{{.left = 1}, {.left = -1, .mirrored = 1}};
  std::vector<float> expected = seen_by_network(host, Numbers{}, crops);
  // By hand: of image 0 the second column and padding, of image 1 padding and the first column,
  // mirrored.
  CHECK(std::vector<float>(expected.begin(), expected.begin() + 10) ==
        std::vector<float>{0.25, 0, -9.25, 0, 63.75, 0, 53.25, 0, 0, 1});
  CHECK(std::vector<float>(expected.begin() + 10, expected.begin() + 20) ==
        std::vector<float>{63.75, 0, 53.25, 0, 0.25, 0, -9.25, 0, 1, 0});

  testing::SeparateMemory device;
  CHECK(seen_by_network(host, Bytes{}, crops) == expected);
  CHECK(seen_by_network(device, Numbers{}, crops) == expected);
  CHECK(seen_by_network(device, Bytes{}, crops) == expected);
}

TEST_CASE("Input: one batch of crops, the next one of whole samples") {
  testing::SeparateMemory device;
  Buffer<float, testing::SeparateMemory> images(device, 4);
  Buffer<std::int32_t, testing::SeparateMemory> labels(device, 1);
  Input<float, testing::SeparateMemory> input(device, images.view(), labels.view());
  Mirror pixels(device, images.view());
  auto const sent = [&] {
    input.send();
    pixels.download();
    auto const numbers = pixels.host().span();
    return std::vector<float>(numbers.begin(), numbers.end());
  };

  input.write(Bytes{}, Split::train, 0, 0, Crop{.mirrored = 1});
  CHECK(sent() == std::vector<float>{0.25, 0, -9.25, -9.5});
  input.write(Bytes{}, Split::train, 0, 0);
  CHECK(sent() == std::vector<float>{0, 0.25, -9.5, -9.25});
}

TEST_CASE("Input: what the host writes by itself") {
  testing::SeparateMemory device;
  Buffer<float, testing::SeparateMemory> images(device, 4);
  Buffer<std::int32_t, testing::SeparateMemory> labels(device, 1);
  Input<float, testing::SeparateMemory> input(device, images.view(), labels.view());
  for (int i = 0; i < 4; ++i) input.images().data()[i] = static_cast<float>(i) + 0.5f;
  input.labels().data()[0] = 7;
  input.send();
  Mirror pixels(device, images.view());
  pixels.download();
  Mirror label(device, labels.view());
  label.download();

  CHECK(pixels.host().data()[3] == 3.5f);
  CHECK(label.host().data()[0] == 7);
}
