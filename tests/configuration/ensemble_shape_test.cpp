// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <ai500/configuration/ensemble_shape.hpp>

using namespace ai500;

namespace {

constexpr int largest = std::numeric_limits<int>::max();

std::string message_of(std::optional<int> jobs, std::optional<int> degree, int scale,
                       int accelerators_a_node) {
  try {
    ensemble_shape(jobs, degree, scale, accelerators_a_node);
  } catch (UsageError const& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("EnsembleShape: the scale is M x P_degree") {
  static_assert(EnsembleShape{4, 2}.scale() == 8);

  CHECK(EnsembleShape{}.scale() == 1);
}

TEST_CASE("ensemble_shape: both given are taken if they satisfy Eq. (5)") {
  CHECK(ensemble_shape(4, 2, 8, 1) == EnsembleShape{4, 2});
  CHECK(ensemble_shape(1, 8, 8, 4) == EnsembleShape{1, 8});
}

TEST_CASE("ensemble_shape: one given derives the other") {
  CHECK(ensemble_shape(4, std::nullopt, 8, 1) == EnsembleShape{4, 2});
  CHECK(ensemble_shape(std::nullopt, 4, 8, 1) == EnsembleShape{2, 4});
  CHECK(ensemble_shape(largest, std::nullopt, largest, 1) == EnsembleShape{largest, 1});
}

TEST_CASE("ensemble_shape: by default a base model has the accelerators of a node") {
  CHECK(ensemble_shape(std::nullopt, std::nullopt, 64, 8) == EnsembleShape{8, 8});
  CHECK(ensemble_shape(std::nullopt, std::nullopt, 2, 1) == EnsembleShape{2, 1});
}

TEST_CASE("ensemble_shape: a wrong pair names Eq. (5), the values and every valid pair") {
  CHECK(message_of(3, 2, 8, 1) ==
        "Eq. (5), Sys_scale = M x P_degree, fails: Sys_scale = 8 ranks, M = 3 (--jobs), "
        "P_degree = 2 (--degree); valid M x P_degree: 1 x 8, 2 x 4, 4 x 2, 8 x 1");
  CHECK(message_of(5, std::nullopt, 9, 1) ==
        "Eq. (5), Sys_scale = M x P_degree, fails: Sys_scale = 9 ranks, M = 5 (--jobs); valid M x "
        "P_degree: 1 x 9, 3 x 3, 9 x 1");
  CHECK(message_of(std::nullopt, 5, 7, 1) ==
        "Eq. (5), Sys_scale = M x P_degree, fails: Sys_scale = 7 ranks, P_degree = 5 (--degree); "
        "valid M x P_degree: 1 x 7, 7 x 1");
  CHECK(message_of(std::nullopt, std::nullopt, 4, 8) ==
        "Eq. (5), Sys_scale = M x P_degree, fails: Sys_scale = 4 ranks, P_degree = 8 "
        "(accelerators a node; give --jobs or --degree); valid M x P_degree: 1 x 4, 2 x 2, 4 x 1");
}

TEST_CASE("ensemble_shape: values that are not positive are wrong, also if their product fits") {
  CHECK(message_of(-2, -4, 8, 1).find("M = -2 (--jobs), P_degree = -4 (--degree); valid") !=
        std::string::npos);
  CHECK(message_of(0, std::nullopt, 8, 1).find("M = 0") != std::string::npos);
  CHECK(message_of(std::nullopt, -8, 8, 1).find("P_degree = -8") != std::string::npos);
  CHECK(message_of(std::nullopt, std::nullopt, 8, 0).find("P_degree = 0") != std::string::npos);
  CHECK(message_of(1, 1, 0, 1).find("Sys_scale = 0 ranks; at least 1") != std::string::npos);
}

TEST_CASE("ensemble_shape: a product beyond int does not wrap around to a valid one") {
  // In 32 bits both products are 1: (2^31 - 1)^2 = 2^62 - 2^32 + 1, and 641 x 6700417 = 2^32 + 1.
  CHECK(!message_of(641, 6700417, 1, 1).empty());
  CHECK(!message_of(largest, largest, 1, 1).empty());
}

TEST_CASE("valid_shapes: are all divisors, ascending in M, the square root once") {
  CHECK(valid_shapes(1) == std::vector<EnsembleShape>{{1, 1}});
  CHECK(valid_shapes(12) ==
        std::vector<EnsembleShape>{{1, 12}, {2, 6}, {3, 4}, {4, 3}, {6, 2}, {12, 1}});
  CHECK(valid_shapes(16) == std::vector<EnsembleShape>{{1, 16}, {2, 8}, {4, 4}, {8, 2}, {16, 1}});
  // 2^31 - 1 is a prime.
  CHECK(valid_shapes(largest) == std::vector<EnsembleShape>{{1, largest}, {largest, 1}});
  CHECK(valid_shapes(0).empty());
}

TEST_CASE("member_shape: all ranks of the run are one base model's") {
  CHECK(member_shape(3, 4, std::nullopt, 2) == EnsembleShape{4, 2});
  CHECK(member_shape(0, 4, 2, 2) == EnsembleShape{4, 2});
}

TEST_CASE("member_shape: refuses what does not fit, by name and value") {
  CHECK_THROWS_WITH_AS(
      member_shape(0, std::nullopt, std::nullopt, 2),
      "--job 0: needs --jobs M, the size of the ensemble that this member belongs to", UsageError);
  CHECK_THROWS_AS(member_shape(4, 4, std::nullopt, 2), UsageError);
  CHECK_THROWS_AS(member_shape(-1, 4, std::nullopt, 2), UsageError);
  CHECK_THROWS_AS(member_shape(0, 4, std::nullopt, 0), UsageError);
  CHECK_THROWS_WITH_AS(member_shape(1, 4, 2, 8),
                       "--degree 2: must be 8, because with --job 1 all the 8 ranks of this run "
                       "train one base model",
                       UsageError);
  // 2 x 1,073,741,823 is the last that is an int.
  CHECK(member_shape(0, 1073741823, std::nullopt, 2).scale() == 2147483646);
  CHECK_THROWS_AS(member_shape(0, 1073741824, std::nullopt, 2), UsageError);
}

TEST_CASE("shape_of: follows --job, or else Eq. (5)") {
  Configuration configuration;
  configuration.jobs = 2;
  CHECK(shape_of(configuration, 8, 1) == EnsembleShape{2, 4});

  configuration.job = 1;

  CHECK(shape_of(configuration, 8, 1) == EnsembleShape{2, 8});
}
