// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/samplers/permutation.hpp>

#include "statistics.hpp"

namespace {

using namespace ai500;

constexpr RandomKey key{.seed = 17, .job = 3, .purpose = 1000};

std::vector<std::uint64_t> order(Permutation const& permutation) {
  std::vector<std::uint64_t> positions;
  for (std::uint64_t slot = 0; slot < static_cast<std::uint64_t>(permutation.size()); ++slot)
    positions.push_back(permutation(slot));
  return positions;
}

bool is_bijection(Permutation const& permutation) {
  std::vector<std::uint64_t> positions = order(permutation);
  std::sort(positions.begin(), positions.end());
  for (std::uint64_t i = 0; i < positions.size(); ++i)
    if (positions[i] != i) return false;
  return true;
}

static_assert(Permutation(key, 0, 1)(0) == 0);
static_assert(Permutation(key, 0, 1000)(0) < 1000);

TEST_CASE("Permutation: is a bijection on every n from 1 to 600") {
  for (Count n = 1; n <= 600; ++n) {
    CAPTURE(n);
    CHECK(is_bijection(Permutation(key, static_cast<std::uint32_t>(n), n)));
  }
}

TEST_CASE("Permutation: is a bijection on large n: odd, even, around powers of two and four") {
  for (const Count n :
       {999, 1024, 4095, 4096, 4097, 32767, 32768, 32769, 60000, 65535, 65536, 65537, 1'281'167}) {
    CAPTURE(n);
    CHECK(is_bijection(Permutation(key, 5, n)));
  }
}

TEST_CASE("Permutation: the largest n keeps positions below n and different") {
  const Permutation permutation(key, 0, (Count{1} << 32) - 1);
  std::vector<std::uint64_t> positions;
  for (std::uint64_t slot = 0; slot < 1000; ++slot) {
    positions.push_back(permutation(slot));
    positions.push_back(permutation(4294967294 - slot));
  }

  std::sort(positions.begin(), positions.end());

  CHECK(positions.back() < 4294967295);
  CHECK(std::adjacent_find(positions.begin(), positions.end()) == positions.end());
}

TEST_CASE("Permutation: the same key and number give the same order, others another") {
  const auto positions = order(Permutation(key, 0, 1000));

  CHECK(order(Permutation(key, 0, 1000)) == positions);
  CHECK(order(Permutation(key, 1, 1000)) != positions);
  CHECK(order(Permutation(key, 1u << 31, 1000)) != positions);
  CHECK(order(Permutation({.seed = 18, .job = 3, .purpose = 1000}, 0, 1000)) != positions);
  CHECK(order(Permutation({.seed = 17, .job = 4, .purpose = 1000}, 0, 1000)) != positions);
  CHECK(order(Permutation({.seed = 17, .job = 3, .purpose = 1001}, 0, 1000)) != positions);
}

TEST_CASE("Permutation: any slot's position is uniform over the numbers") {
  for (const std::uint64_t slot : {0u, 1u, 50u, 99u}) {
    std::vector<double> observed(100, 0.0);
    for (std::uint32_t number = 0; number < 100000; ++number)
      observed[Permutation(key, number, 100)(slot)] += 1;

    // 99 degrees of freedom: 160.1 is exceeded with probability 1e-4.
    CHECK(test::chi_square_uniform(observed) < 160.1);
  }
}

TEST_CASE("Permutation: the distance between neighbours' positions is uniform") {
  std::vector<double> observed(96, 0.0);  // 1 to 96 around a circle of 97

  for (std::uint32_t number = 0; number < 100000; ++number) {
    const Permutation permutation(key, number, 97);
    observed[(permutation(1) + 97 - permutation(0)) % 97 - 1] += 1;
  }

  // 95 degrees of freedom: 155.0 is exceeded with probability 1e-4.
  CHECK(test::chi_square_uniform(observed) < 155.0);
}

TEST_CASE("Permutation: all orders of three and of four are equally likely") {
  for (const Count n : {3, 4}) {
    std::map<std::vector<std::uint64_t>, double> found;
    for (std::uint32_t number = 0; number < 24000; ++number)
      found[order(Permutation(key, number, n))] += 1;
    std::vector<double> observed;
    for (auto const& [positions, count] : found) observed.push_back(count);

    // 5 or 23 degrees of freedom: 25.74 or 57.07 is exceeded with probability 1e-4.
    REQUIRE(observed.size() == (n == 3 ? 6u : 24u));
    CHECK(test::chi_square_uniform(observed) < (n == 3 ? 25.74 : 57.07));
  }
}

TEST_CASE("Permutation: positions do not follow the slots, nor the order of another number") {
  constexpr Count n = 60000;
  const auto one = order(Permutation(key, 0, n));
  const auto other = order(Permutation(key, 1, n));
  const auto correlation = [](auto const& a, auto const& b) {
    constexpr double mean = (n - 1) / 2.0;
    constexpr double variance = (static_cast<double>(n) * n - 1) / 12.0;
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      sum += (static_cast<double>(a[i]) - mean) * (static_cast<double>(b[i]) - mean);
    return sum / (n * variance);
  };
  std::vector<std::uint64_t> slots;
  for (std::uint64_t slot = 0; slot < n; ++slot) slots.push_back(slot);

  // Spearman's: standard deviation 1 / sqrt(n - 1); four of them: probability 6.3e-5.
  CHECK(std::abs(correlation(slots, one)) < 4 / std::sqrt(n - 1.0));
  CHECK(std::abs(correlation(one, other)) < 4 / std::sqrt(n - 1.0));
}

TEST_CASE("Permutation: a size of 0 or above 2^32 - 1 and a slot outside are usage errors") {
  CHECK_THROWS_AS(Permutation(key, 0, 0), UsageError);
  CHECK_THROWS_WITH(Permutation(key, 0, Count{1} << 32),
                    "Permutation: N is 4294967296, it must be 1 to 4294967295");
  CHECK_THROWS_WITH(Permutation(key, 0, 10)(10), "Permutation: there is no slot 10 in 10");
}

}  // namespace
