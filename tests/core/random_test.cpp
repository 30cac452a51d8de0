// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include <ai500/core/random.hpp>

namespace {

using namespace ai500;
using Words = std::array<std::uint32_t, 4>;

// The known answers that Random123 publishes for Philox4x32-10.
static_assert(philox4x32({0, 0, 0, 0}, {0, 0}) ==
              Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                         {0xffffffff, 0xffffffff}) ==
              Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                         {0xa4093822, 0x299f31d0}) ==
              Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

TEST_CASE("philox4x32: gives the known answers at run time too") {
  Words counter{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};

  const Words words = philox4x32(counter, {0xa4093822, 0x299f31d0});

  CHECK(words == Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("philox: the seed is the key; element, job and purpose are the counter") {
  const RandomKey key{.seed = 0x299f31d0a4093822, .job = 0x13198a2e, .purpose = 0x03707344};

  const Words words = philox(key, 0x85a308d3243f6a88);

  CHECK(words == Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random_bits: are the first two words, the first in the upper half") {
  CHECK(random_bits({.seed = 0, .job = 0, .purpose = 0}, 0) == 0x6627e8d5e169c58d);
}

TEST_CASE("random_unit: is the upper 53 bits divided by 2^53") {
  const double unit = random_unit({.seed = 0, .job = 0, .purpose = 0}, 0);

  CHECK(unit == static_cast<double>(0x6627e8d5e169c58d >> 11) / 9007199254740992.0);
}

TEST_CASE("random_unit: has the mean and the variance of the uniform distribution") {
  constexpr int n = 100000;
  double sum = 0;
  double squares = 0;
  for (std::uint64_t e = 0; e < n; ++e) {
    const double centred = random_unit({.seed = 3, .job = 1, .purpose = 9}, e) - 0.5;
    sum += centred;
    squares += centred * centred;
  }

  // The mean's standard deviation is sqrt(1/12/n), the mean square's sqrt(1/180/n): 4 of them are
  // exceeded by chance with probability 6.3e-5.
  CHECK(std::abs(sum / n) < 4 * std::sqrt(1.0 / 12 / n));
  CHECK(std::abs(squares / n - 1.0 / 12) < 4 * std::sqrt(1.0 / 180 / n));
}

TEST_CASE("random_below: scales the ends and the middle of 64 bits exactly") {
  constexpr std::uint64_t all = ~std::uint64_t{0};

  CHECK(random_below(0, 10) == 0);
  CHECK(random_below(all, 10) == 9);
  CHECK(random_below(std::uint64_t{1} << 63, 10) == 5);
  CHECK(random_below((std::uint64_t{1} << 63) - 1, 10) == 4);
  CHECK(random_below(all, 1) == 0);
  CHECK(random_below(all, std::uint64_t{1} << 32) == 0xffffffff);
  // floor(2^64 / 3) = 0x5555555555555555 is the last value that gives 0.
  CHECK(random_below(0x5555555555555555, 3) == 0);
  CHECK(random_below(0x5555555555555556, 3) == 1);
}

TEST_CASE("scrambled: gives the outputs that are published for SplitMix64 with seed 1234567") {
  constexpr std::uint64_t gamma = 0x9E3779B97F4A7C15;

  CHECK(scrambled(1234567 + gamma) == 6457827717110365317u);
  CHECK(scrambled(1234567 + 2 * gamma) == 3203168211198807973u);
  CHECK(scrambled(1234567 + 3 * gamma) == 9817491932198370423u);
}

TEST_CASE("philox: a change of one bit of any input changes about half of the output") {
  const RandomKey key{.seed = 1, .job = 2, .purpose = 3};
  const auto distance = [&](RandomKey other, std::uint64_t element) {
    const Words a = philox(key, 4);
    const Words b = philox(other, element);
    int bits = 0;
    for (std::size_t i = 0; i < a.size(); ++i) bits += std::popcount(a[i] ^ b[i]);
    return bits;
  };

  // Binomial(128, 1/2): mean 64, standard deviation 5.66; 36 to 92 is within 4.9 of them, missed
  // with probability 7e-7.
  for (const int bits : {distance({.seed = 0, .job = 2, .purpose = 3}, 4),
                         distance({.seed = 1 + (Seed{1} << 63), .job = 2, .purpose = 3}, 4),
                         distance({.seed = 1, .job = 3, .purpose = 3}, 4),
                         distance({.seed = 1, .job = 2, .purpose = 2}, 4), distance(key, 5),
                         distance(key, 4 + (std::uint64_t{1} << 63))}) {
    CHECK(bits >= 36);
    CHECK(bits <= 92);
  }
}

}  // namespace
