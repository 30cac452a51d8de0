// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/metrics/top1.hpp>

namespace {

using namespace ai500;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

constexpr std::array<float, 6> two_of_three{0.2f, 0.5f, 0.3f, 0.6f, 0.3f, 0.1f};
constexpr std::array<int, 2> labels{1, 2};
static_assert(top1_class(std::span(two_of_three).first(3)) == 1);
static_assert(top1(two_of_three, labels, 3) == 0.5);

TEST_CASE("top1_class: is the class with the largest probability, of equal ones the lowest") {
  CHECK(top1_class(std::vector<float>{0.1f, 0.2f, 0.7f}) == 2);
  CHECK(top1_class(std::vector<float>{0.4f, 0.4f, 0.2f}) == 0);
  CHECK(top1_class(std::vector<float>{0.2f, 0.4f, 0.4f}) == 1);
  CHECK(top1_class(std::vector<float>{0.0f, 0.0f}) == 0);
  CHECK(top1_class(std::vector<float>{-2.0f, -1.0f}) == 1);
}

TEST_CASE("top1_class: is nothing without classes or with something that is not a number") {
  CHECK_FALSE(top1_class({}).has_value());
  CHECK_FALSE(top1_class(std::vector<float>{nan, 0.5f}).has_value());
  CHECK_FALSE(top1_class(std::vector<float>{0.5f, nan}).has_value());
}

TEST_CASE("top1: is the share of samples whose top-1 class is their label") {
  // (4 samples, 2 classes): classes 0, 1, 0 (a tie), 1.
  const std::vector<float> probabilities{0.9f, 0.1f, 0.2f, 0.8f, 0.5f, 0.5f, 0.3f, 0.7f};

  CHECK(top1(probabilities, std::vector<int>{0, 1, 0, 1}, 2) == 1);
  CHECK(top1(probabilities, std::vector<int>{0, 1, 1, 1}, 2) == 0.75);
  CHECK(top1(probabilities, std::vector<int>{1, 0, 1, 0}, 2) == 0);
}

TEST_CASE("top1: a sample whose probabilities are not numbers is answered wrongly") {
  CHECK(top1(std::vector<float>{nan, nan, 0.9f, 0.1f}, std::vector<int>{0, 0}, 2) == 0.5);
}

TEST_CASE("top1: sizes that do not fit are a usage error that names them") {
  const std::vector<float> six(6, 0.5f);

  CHECK_THROWS_WITH(top1(six, std::vector<int>{0, 1}, 2),
                    "top-1 accuracy: 6 probabilities are not 2 samples x 2 classes, both at least "
                    "1");
  CHECK_THROWS_AS(top1(six, std::vector<int>{0, 1}, 4), UsageError);
  CHECK_THROWS_AS(top1(six, std::vector<int>{0}, 0), UsageError);
  CHECK_THROWS_AS(top1(six, std::vector<int>{0}, -6), UsageError);
  CHECK_THROWS_AS(top1({}, {}, 2), UsageError);
}

TEST_CASE("top1: a label that is not a class is a usage error that names it") {
  const std::vector<float> four(4, 0.5f);

  CHECK_THROWS_WITH(top1(four, std::vector<int>{0, 2}, 2),
                    "top-1 accuracy: sample 1 has label 2, there are 2 classes");
  CHECK_THROWS_AS(top1(four, std::vector<int>{-1, 0}, 2), UsageError);
}

}  // namespace
