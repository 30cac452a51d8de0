// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <ai500/aggregation/soft_vote.hpp>
#include <ai500/core/error.hpp>

namespace {

using namespace ai500;
using aggregation::SoftVote;

TEST_CASE("SoftVote: is the mean of the members' probabilities") {
  const std::vector<Predictions> members{
      {.samples = 2, .classes = 2, .probabilities = {1.0f, 0.0f, 0.25f, 0.75f}},
      {.samples = 2, .classes = 2, .probabilities = {0.5f, 0.5f, 0.0f, 1.0f}}};

  CHECK(SoftVote::aggregate(members) ==
        Predictions{.samples = 2, .classes = 2, .probabilities = {0.75f, 0.25f, 0.125f, 0.875f}});
}

TEST_CASE("SoftVote: one member's vote is its prediction, bit for bit") {
  const std::vector<Predictions> members{
      {.samples = 1, .classes = 3, .probabilities = {0.1f, 0.2f, 0.7f}}};

  CHECK(SoftVote::aggregate(members) == members[0]);
}

TEST_CASE("SoftVote: a confident member outvotes two that waver") {
  const std::vector<Predictions> members{
      {.samples = 1, .classes = 2, .probabilities = {0.4375f, 0.5625f}},
      {.samples = 1, .classes = 2, .probabilities = {0.4375f, 0.5625f}},
      {.samples = 1, .classes = 2, .probabilities = {1.0f, 0.0f}}};

  CHECK(SoftVote::aggregate(members).probabilities == std::vector<float>{0.625f, 0.375f});
}

TEST_CASE("SoftVote: sums in double, so that many small probabilities are not lost") {
  // In float, 1 + 2^-25 is 1; of 1 and 2^20 times 2^-25 the sum is 1 + 2^-5.
  std::vector<Predictions> members((std::size_t{1} << 20) + 1,
                                   {.samples = 1, .classes = 1, .probabilities = {0x1p-25f}});
  members[0].probabilities[0] = 1;

  const float mean = SoftVote::aggregate(members).probabilities[0];

  CHECK(mean == static_cast<float>((1 + 0x1p-5) / (0x1p20 + 1)));
}

TEST_CASE("SoftVote: a member that diverged is not hidden") {
  const std::vector<Predictions> members{
      {.samples = 1, .classes = 1, .probabilities = {1.0f}},
      {.samples = 1, .classes = 1, .probabilities = {std::numeric_limits<float>::quiet_NaN()}}};

  CHECK(std::isnan(SoftVote::aggregate(members).probabilities[0]));
}

TEST_CASE("SoftVote: members that do not fit together are an error") {
  const std::vector<Predictions> members{
      {.samples = 1, .classes = 2, .probabilities = {0.5f, 0.5f}},
      {.samples = 2, .classes = 1, .probabilities = {0.5f, 0.5f}}};

  CHECK_THROWS_WITH(SoftVote::aggregate(members), doctest::Contains("member 1"));
  CHECK_THROWS_AS(SoftVote::aggregate({}), UsageError);
}

}  // namespace
