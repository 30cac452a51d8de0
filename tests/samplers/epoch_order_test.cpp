// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/samplers/epoch_order.hpp>

#include "statistics.hpp"

namespace {

using namespace ai500;

std::vector<std::uint64_t> positions(EpochOrder const& order) {
  std::vector<std::uint64_t> result;
  for (std::uint64_t slot = 0; slot < static_cast<std::uint64_t>(order.size()); ++slot)
    result.push_back(order(slot));
  return result;
}

TEST_CASE("EpochOrder: an epoch goes through each position once") {
  for (const Count size : {1, 2, 7, 986, 1029}) {
    std::vector<std::uint64_t> all = positions(EpochOrder(500, 1, 0, size));
    std::sort(all.begin(), all.end());

    REQUIRE(static_cast<Count>(all.size()) == size);
    for (std::uint64_t i = 0; i < all.size(); ++i) CHECK(all[i] == i);
  }
}

TEST_CASE("EpochOrder: epochs, jobs and seeds have different orders, the same ones the same") {
  const auto order = positions(EpochOrder(500, 1, 0, 1029));

  CHECK(positions(EpochOrder(500, 1, 0, 1029)) == order);
  CHECK(positions(EpochOrder(500, 1, 1, 1029)) != order);
  CHECK(positions(EpochOrder(500, 2, 0, 1029)) != order);
  CHECK(positions(EpochOrder(501, 1, 0, 1029)) != order);
}

TEST_CASE("EpochOrder: the first slot's position is uniform over the epochs") {
  std::vector<double> observed(101, 0.0);

  for (std::uint32_t epoch = 0; epoch < 50000; ++epoch)
    observed[EpochOrder(500, 1, epoch, 101)(0)] += 1;

  // 100 degrees of freedom: 161.3 is exceeded with probability 1e-4.
  CHECK(test::chi_square_uniform(observed) < 161.3);
}

TEST_CASE("EpochOrder: epochs that follow each other, and jobs, are ordered independently") {
  std::vector<double> epochs(100, 0.0);  // 10 x 10 positions of slot 0
  std::vector<double> jobs(100, 0.0);

  for (std::uint32_t epoch = 0; epoch < 50000; epoch += 2) {
    const std::uint64_t here = EpochOrder(500, 1, epoch, 10)(0);
    epochs[10 * here + EpochOrder(500, 1, epoch + 1, 10)(0)] += 1;
    jobs[10 * here + EpochOrder(500, 2, epoch, 10)(0)] += 1;
  }

  // 99 degrees of freedom: 160.1 is exceeded with probability 1e-4.
  CHECK(test::chi_square_uniform(epochs) < 160.1);
  CHECK(test::chi_square_uniform(jobs) < 160.1);
}

TEST_CASE("EpochOrder: an epoch of nothing is a usage error") {
  CHECK_THROWS_AS(EpochOrder(500, 1, 0, 0), UsageError);
}

}  // namespace
