// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <ai500/datasets/idx.hpp>

#include "temporary_folder.hpp"

using namespace ai500;
using namespace ai500::test;

namespace {

constexpr ImageShape two_by_three{.channels = 1, .height = 2, .width = 3};
constexpr std::uint32_t huge = std::numeric_limits<std::uint32_t>::max();

std::string reading_images(const Bytes& bytes, ImageShape shape = two_by_three) {
  return data_error([&] { datasets::parse_idx_images(bytes, shape, "pictures"); });
}

std::string reading_labels(const Bytes& bytes) {
  return data_error([&] { datasets::parse_idx_labels(bytes, 10, "names"); });
}

}  // namespace

TEST_CASE("parse_idx_images: reads a file written by hand") {
  // Byte by byte: magic, 2 images, 2 rows, 3 columns, then the pixels.
  const Bytes bytes = {0, 0, 8, 3, 0, 0, 0, 2, 0,  0,  0,  2,  0,  0,
                       0, 3, 1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 255};

  const datasets::IdxImages images = datasets::parse_idx_images(bytes, two_by_three, "pictures");

  CHECK(images.count == 2);
  CHECK(images.shape == two_by_three);
  CHECK(Bytes(images[0].begin(), images[0].end()) == Bytes{1, 2, 3, 4, 5, 6});
  CHECK(Bytes(images[1].begin(), images[1].end()) == Bytes{10, 20, 30, 40, 50, 255});
}

TEST_CASE("parse_idx_labels: reads a file written by hand") {
  const Bytes bytes = {0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 4};

  const datasets::IdxLabels labels = datasets::parse_idx_labels(bytes, 10, "names");

  CHECK(labels.count == 3);
  CHECK(labels[0] == 9);
  CHECK(labels[1] == 0);
  CHECK(labels[2] == 4);
}

TEST_CASE("parse_idx: the numbers are big-endian") {
  // 0x0102 = 258 labels
  const Bytes bytes = idx_bytes({0x801, 258}, Bytes(258, 7));

  CHECK(bytes[6] == 1);
  CHECK(datasets::parse_idx_labels(bytes, 10, "names").count == 258);
}

TEST_CASE("parse_idx: an empty file is an error") {
  CHECK(has(reading_images({}), {"pictures: is empty", "IDX file of images"}));
  CHECK(has(reading_labels({}), {"names: is empty", "IDX file of labels"}));
}

TEST_CASE("parse_idx: another magic is an error that says both") {
  CHECK(has(reading_images(idx_bytes({0x801, 1}, {5})),
            {"pictures: begins with 0x00000801", "images", "0x00000803"}));
  CHECK(has(reading_labels(idx_bytes({0x803, 1, 2, 3}, Bytes(6))),
            {"names: begins with 0x00000803", "0x00000801"}));
  CHECK(has(reading_labels({0x1f, 0x8b, 0x08, 0x00, 1}),
            {"names: begins with 0x1f8b0800", "0x00000801"}));
}

TEST_CASE("parse_idx: a header that is cut at any length is an error") {
  const Bytes images = idx_bytes({0x803, 1, 2, 3}, {});
  const Bytes labels = idx_bytes({0x801, 1}, {});

  for (std::size_t length = 1; length < images.size(); ++length) {
    const std::string message =
        reading_images(Bytes(images.begin(), images.begin() + static_cast<std::ptrdiff_t>(length)));
    CHECK(has(message,
              {"pictures: its header is truncated, it has " + std::to_string(length) + " bytes",
               "of 16"}));
  }
  for (std::size_t length = 1; length < labels.size(); ++length) {
    const std::string message =
        reading_labels(Bytes(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(length)));
    CHECK(has(
        message,
        {"names: its header is truncated, it has " + std::to_string(length) + " bytes", "of 8"}));
  }
}

TEST_CASE("parse_idx: a payload of another size than the header states is an error") {
  const auto images = [](std::size_t payload) {
    return reading_images(idx_bytes({0x803, 2, 2, 3}, Bytes(payload)));
  };
  const auto labels = [](std::size_t payload) {
    return reading_labels(idx_bytes({0x801, 4}, Bytes(payload)));
  };

  CHECK(images(12) == "");
  for (const std::size_t payload : {0u, 5u, 6u, 11u}) {
    CHECK(has(images(payload),
              {"pictures: is too short", "2 x 2 x 3 bytes", std::to_string(payload) + " follow"}));
  }
  for (const std::size_t payload : {13u, 18u, 100u}) {
    CHECK(has(images(payload),
              {"pictures: is too long", "2 x 2 x 3 bytes", std::to_string(payload) + " follow"}));
  }
  CHECK(labels(4) == "");
  CHECK(has(labels(3), {"names: is too short", "states 4 bytes", "3 follow"}));
  CHECK(has(labels(5), {"names: is too long", "states 4 bytes", "5 follow"}));
}

TEST_CASE("parse_idx: no images and no labels are errors") {
  CHECK(has(reading_images(idx_bytes({0x803, 0, 2, 3}, {})), {"pictures", "0 images"}));
  CHECK(has(reading_labels(idx_bytes({0x801, 0}, {})), {"names", "0 labels"}));
}

TEST_CASE("parse_idx: huge extents neither overflow nor allocate") {
  const ImageShape monstrous{.channels = 1, .height = Count{huge}, .width = Count{huge}};

  CHECK(has(reading_images(idx_bytes({0x803, huge, 2, 3}, Bytes(6))),
            {"pictures: is too short", "4294967295 x 2 x 3"}));
  CHECK(has(reading_images(idx_bytes({0x803, huge, huge, huge}, Bytes(6)), monstrous),
            {"pictures: is too short", "4294967295 x 4294967295 x 4294967295"}));
  // 2^16 x 2^16 x 2^32 is 0 modulo 2^64: must not pass for an empty payload.
  const ImageShape wide{.channels = 1, .height = 1 << 16, .width = 1 << 16};
  CHECK(has(reading_images(idx_bytes({0x803, 1u << 31, 1 << 16, 1 << 16}, {}), wide),
            {"pictures: is too short"}));
  CHECK(has(reading_labels(idx_bytes({0x801, huge}, Bytes(6))),
            {"names: is too short", "4294967295"}));
}

TEST_CASE("parse_idx_images: images of another size are an error, empty ones too") {
  CHECK(has(reading_images(idx_bytes({0x803, 1, 3, 2}, Bytes(6))),
            {"pictures: its images are 3 x 2", "2 x 3 is expected"}));
  CHECK(has(reading_images(idx_bytes({0x803, 1, 0, 3}, {})), {"pictures: its images are 0 x 3"}));
  CHECK(has(reading_images(idx_bytes({0x803, 1, 2, 0}, {})), {"pictures: its images are 2 x 0"}));
}

TEST_CASE("parse_idx_labels: a label that is no class is an error that says where") {
  CHECK(reading_labels(idx_bytes({0x801, 3}, {0, 9, 5})) == "");
  CHECK(has(reading_labels(idx_bytes({0x801, 3}, {0, 9, 10})),
            {"names: label 2 is 10", "0 to 9 is expected"}));
  CHECK(has(reading_labels(idx_bytes({0x801, 3}, {0, 255, 10})), {"names: label 1 is 255"}));
}

TEST_CASE(
    "require_same_count: different numbers of images and labels are an error that names both "
    "files") {
  const auto images =
      datasets::parse_idx_images(idx_bytes({0x803, 2, 2, 3}, Bytes(12)), two_by_three, "pictures");
  const auto two = datasets::parse_idx_labels(idx_bytes({0x801, 2}, {0, 1}), 10, "names");
  const auto three = datasets::parse_idx_labels(idx_bytes({0x801, 3}, {0, 1, 2}), 10, "names");

  CHECK_NOTHROW(datasets::require_same_count(images, "pictures", two, "names"));
  const std::string message =
      data_error([&] { datasets::require_same_count(images, "pictures", three, "names"); });

  CHECK(has(message, {"pictures: holds 2 images", "names holds 3 labels"}));
}
