// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/drawn_crop.hpp>
//
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <tuple>
#include <vector>

using namespace ai500;
using kernels::functors::Crop;

namespace {

std::tuple<int, int, int> numbers(Crop crop) { return {crop.top, crop.left, crop.mirrored}; }

/// Of the places 0 to 99.
std::vector<std::tuple<int, int, int>> hundred(Seed seed, Job job, std::uint32_t epoch) {
  std::vector<std::tuple<int, int, int>> all;
  for (std::uint64_t place = 0; place < 100; ++place)
    all.push_back(numbers(drawn_crop({}, seed, job, epoch, place)));
  return all;
}

}  // namespace

TEST_CASE("drawn_crop: reaches every place within the padding and both sides, as often") {
  int const draws = 16200;  // 100 for each of 9 x 9 x 2
  std::array<int, 9 * 9 * 2> crops{};
  std::array<int, 9> tops{}, lefts{};
  std::array<int, 2> mirrored{};
  for (int place = 0; place < draws; ++place) {
    Crop const crop = drawn_crop({.padding = 4}, 1, 2, 7, static_cast<std::uint64_t>(place));
    REQUIRE((crop.top >= -4 && crop.top <= 4 && crop.left >= -4 && crop.left <= 4));
    REQUIRE((crop.mirrored == 0 || crop.mirrored == 1));
    auto const top = static_cast<std::size_t>(crop.top + 4);
    auto const left = static_cast<std::size_t>(crop.left + 4);
    auto const side = static_cast<std::size_t>(crop.mirrored);
    ++crops[(top * 9 + left) * 2 + side];
    ++tops[top];
    ++lefts[left];
    ++mirrored[side];
  }

  // Within 5 deviations of what is expected: sqrt(16200 p (1 - p)).
  for (int count : crops) CHECK(std::abs(count - 100) < 50);
  for (int count : tops) CHECK(std::abs(count - 1800) < 200);
  for (int count : lefts) CHECK(std::abs(count - 1800) < 200);
  for (int count : mirrored) CHECK(std::abs(count - 8100) < 319);
}

TEST_CASE("drawn_crop: another seed, job or epoch draws others, the same ones the same") {
  auto const crops = hundred(1, 2, 3);

  CHECK(hundred(1, 2, 3) == crops);
  CHECK(hundred(2, 2, 3) != crops);
  CHECK(hundred(1, 3, 3) != crops);
  CHECK(hundred(1, 2, 4) != crops);
}

TEST_CASE("drawn_crop: without padding it only mirrors") {
  int mirrored = 0;
  for (std::uint64_t place = 0; place < 100; ++place) {
    Crop const crop = drawn_crop({.padding = 0}, 1, 2, 3, place);
    CHECK(crop.top == 0);
    CHECK(crop.left == 0);
    mirrored += crop.mirrored;
  }
  CHECK(std::abs(mirrored - 50) < 25);
}

static_assert(drawn_crop({.padding = 1}, 1, 0, 0, 0).top <= 1);
