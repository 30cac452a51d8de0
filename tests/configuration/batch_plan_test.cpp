// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <optional>

#include <ai500/configuration/batch_plan.hpp>

using namespace ai500;

TEST_CASE("batch_plan: by default a rank's share is one micro-batch") {
  CHECK(batch_plan(128, std::nullopt, 4) == BatchPlan{128, 32, 1});
  CHECK(batch_plan(1, std::nullopt, 1) == BatchPlan{1, 1, 1});
}

TEST_CASE("batch_plan: the batch is P_degree x micro-batches x micro-batch") {
  CHECK(batch_plan(128, 16, 2) == BatchPlan{128, 16, 4});
  CHECK(batch_plan(128, 128, 1) == BatchPlan{128, 128, 1});
  CHECK(batch_plan(4294967296, 1, 1) == BatchPlan{4294967296, 1, 4294967296});
}

TEST_CASE("batch_plan: a batch that does not divide names the values and its neighbours") {
  CHECK_THROWS_WITH_AS(
      batch_plan(100, 8, 4),
      "--batch 100: must be a multiple of P_degree x micro-batch = 4 x 8 = 32; nearest: 96 or 128",
      UsageError);
  CHECK_THROWS_WITH_AS(batch_plan(10, std::nullopt, 4),
                       "--batch 10: must be a multiple of P_degree = 4 (micro-batch: |B_k| / "
                       "P_degree); nearest: 8 or 12",
                       UsageError);
}

TEST_CASE("batch_plan: below the smallest valid batch only that one is named") {
  CHECK_THROWS_WITH_AS(
      batch_plan(16, 16, 2),
      "--batch 16: must be a multiple of P_degree x micro-batch = 2 x 16 = 32; nearest: 32",
      UsageError);
  CHECK_THROWS_AS(batch_plan(3, std::nullopt, 4), UsageError);
}

TEST_CASE("batch_plan: the largest values do not overflow") {
  CHECK_THROWS_WITH_AS(batch_plan(1, 4294967296, std::numeric_limits<int>::max()),
                       "--batch 1: must be a multiple of P_degree x micro-batch = 2147483647 x "
                       "4294967296 = 9223372032559808512; nearest: 9223372032559808512",
                       UsageError);
}

TEST_CASE("batch_plan: values that are not positive are refused") {
  CHECK_THROWS_AS(batch_plan(0, std::nullopt, 1), UsageError);
  CHECK_THROWS_AS(batch_plan(-8, std::nullopt, 1), UsageError);
  CHECK_THROWS_AS(batch_plan(8, 0, 1), UsageError);
  CHECK_THROWS_AS(batch_plan(8, -8, 1), UsageError);
  CHECK_THROWS_AS(batch_plan(8, std::nullopt, 0), UsageError);
  CHECK_THROWS_AS(batch_plan(8, -2, -4), UsageError);
}
