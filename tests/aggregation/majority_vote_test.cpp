// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <ai500/aggregation/majority_vote.hpp>
#include <ai500/core/error.hpp>
#include <ai500/metrics/top1.hpp>

namespace {

using namespace ai500;
using aggregation::MajorityVote;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// Predictions of one sample.
Predictions of_one_sample(std::vector<float> probabilities) {
  return {.samples = 1,
          .classes = static_cast<Count>(probabilities.size()),
          .probabilities = std::move(probabilities)};
}

TEST_CASE("MajorityVote: is the share of the members whose top-1 class it is") {
  // Samples of 3 classes; the members choose 0 0 1 2 and 2 2 2 1.
  const std::vector<Predictions> members{
      {.samples = 2, .classes = 3, .probabilities = {0.6f, 0.3f, 0.1f, 0.1f, 0.1f, 0.8f}},
      {.samples = 2, .classes = 3, .probabilities = {0.5f, 0.3f, 0.2f, 0.0f, 0.4f, 0.6f}},
      {.samples = 2, .classes = 3, .probabilities = {0.1f, 0.8f, 0.1f, 0.3f, 0.3f, 0.4f}},
      {.samples = 2, .classes = 3, .probabilities = {0.2f, 0.2f, 0.6f, 0.2f, 0.5f, 0.3f}}};

  CHECK(MajorityVote::aggregate(members) ==
        Predictions{
            .samples = 2, .classes = 3, .probabilities = {0.5f, 0.25f, 0.25f, 0.0f, 0.25f, 0.75f}});
}

TEST_CASE("MajorityVote: two that waver outvote a confident member") {
  const std::vector<Predictions> members{of_one_sample({0.4375f, 0.5625f}),
                                         of_one_sample({0.4375f, 0.5625f}),
                                         of_one_sample({1.0f, 0.0f})};

  const Predictions vote = MajorityVote::aggregate(members);

  CHECK(top1_class(vote.of(0)) == 1);
}

TEST_CASE("MajorityVote: ties in a member and in the vote go to the lowest class") {
  const std::vector<Predictions> members{of_one_sample({0.0f, 0.5f, 0.5f}),
                                         of_one_sample({0.0f, 0.0f, 1.0f})};

  const Predictions vote = MajorityVote::aggregate(members);

  CHECK(vote.probabilities == std::vector<float>{0.0f, 0.5f, 0.5f});
  CHECK(top1_class(vote.of(0)) == 1);
}

TEST_CASE("MajorityVote: a member that diverged does not vote") {
  const std::vector<Predictions> members{of_one_sample({nan, nan}), of_one_sample({0.25f, 0.75f})};

  CHECK(MajorityVote::aggregate(members).probabilities == std::vector<float>{0.0f, 1.0f});
}

TEST_CASE("MajorityVote: if all members diverged, so has the vote") {
  const Predictions vote = MajorityVote::aggregate(std::vector{of_one_sample({nan, nan})});

  CHECK(std::isnan(vote.probabilities[0]));
  CHECK(std::isnan(vote.probabilities[1]));
}

TEST_CASE("MajorityVote: members that do not fit together are an error") {
  const std::vector<Predictions> members{of_one_sample({0.5f, 0.5f}), of_one_sample({1.0f})};

  CHECK_THROWS_WITH(MajorityVote::aggregate(members), doctest::Contains("member 1"));
  CHECK_THROWS_AS(MajorityVote::aggregate({}), UsageError);
}

}  // namespace
