// SPDX-License-Identifier: Apache-2.0
#include <ai500/precision/policy.hpp>
//
#include <doctest/doctest.h>

#include <ai500/precision/fp32.hpp>
#include <ai500/precision/fp64.hpp>

using namespace ai500;

namespace {

/// What a vendor might write: products in float, sums in double.
struct Wide {
  static constexpr std::string_view name = "wide";
  using compute = float;
  using accumulate = double;
  using message = float;
};
struct WithoutMessage {
  static constexpr std::string_view name = "without message";
  using compute = float;
  using accumulate = float;
};
struct InLongDouble : Wide {
  using accumulate = long double;
};

}  // namespace

TEST_CASE("PrecisionPolicy: holds for what is shipped and for a user's own") {
  CHECK(PrecisionPolicy<precision::Fp32>);
  CHECK(PrecisionPolicy<precision::Fp64>);
  CHECK(PrecisionPolicy<Wide>);
}

TEST_CASE("PrecisionPolicy: refuses what lacks a type or has one that is no NumberType") {
  CHECK_FALSE(PrecisionPolicy<WithoutMessage>);
  CHECK_FALSE(HasMessageType<WithoutMessage>);
  CHECK_FALSE(PrecisionPolicy<InLongDouble>);
  CHECK_FALSE(HasAccumulateType<InLongDouble>);
  CHECK_FALSE(PrecisionPolicy<int>);
}

TEST_CASE("Fp32 and Fp64: one type for everything, under the name that reports print") {
  CHECK(number_type<precision::Fp32::compute> == NumberType::float32);
  CHECK(number_type<precision::Fp32::accumulate> == NumberType::float32);
  CHECK(number_type<precision::Fp32::message> == NumberType::float32);
  CHECK(precision::Fp32::name == "fp32");
  CHECK(number_type<precision::Fp64::compute> == NumberType::float64);
  CHECK(number_type<precision::Fp64::accumulate> == NumberType::float64);
  CHECK(number_type<precision::Fp64::message> == NumberType::float64);
  CHECK(precision::Fp64::name == "fp64");
}
