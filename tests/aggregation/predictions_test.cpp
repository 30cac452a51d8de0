// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <span>
#include <vector>

#include <ai500/aggregation/predictions.hpp>
#include <ai500/core/error.hpp>

namespace {

using namespace ai500;

TEST_CASE("Predictions: `of` is a sample's row") {
  const Predictions predictions{
      .samples = 2, .classes = 3, .probabilities = {0.1f, 0.2f, 0.7f, 0.5f, 0.3f, 0.2f}};

  const std::span<float const> row = predictions.of(1);

  CHECK(std::vector<float>(row.begin(), row.end()) == std::vector<float>{0.5f, 0.3f, 0.2f});
}

TEST_CASE("consistent: there are samples x classes probabilities, both at least 1") {
  const std::vector<float> six(6, 0.5f);

  CHECK(consistent({.samples = 2, .classes = 3, .probabilities = six}));
  CHECK_FALSE(consistent({.samples = 2, .classes = 2, .probabilities = six}));
  CHECK_FALSE(consistent({.samples = 4, .classes = 2, .probabilities = six}));
  CHECK_FALSE(consistent({.samples = -2, .classes = -3, .probabilities = six}));
  CHECK_FALSE(consistent({}));
  // samples x classes is 4 modulo 2^64.
  CHECK_FALSE(consistent({.samples = (Count{1} << 62) + 1,
                          .classes = 4,
                          .probabilities = std::vector<float>(4, 0.5f)}));
}

TEST_CASE("require_same_shape: names the first member that does not fit, and its shape") {
  const Predictions good{.samples = 1, .classes = 2, .probabilities = {0.5f, 0.5f}};
  const Predictions wider{.samples = 1, .classes = 3, .probabilities = {0.5f, 0.5f, 0.0f}};
  const Predictions longer{.samples = 2, .classes = 1, .probabilities = {0.5f, 0.5f}};
  const Predictions torn{.samples = 1, .classes = 2, .probabilities = {0.5f}};

  CHECK_NOTHROW(require_same_shape(std::vector{good, good}));
  CHECK_THROWS_WITH(require_same_shape(std::vector{good, good, wider, torn}),
                    "aggregation: member 2's predictions are (1 samples, 3 classes), member 0's "
                    "are (1 samples, 2 classes)");
  CHECK_THROWS_AS(require_same_shape(std::vector{good, longer}), Error);
  CHECK_THROWS_WITH(require_same_shape(std::vector{torn, good}),
                    "aggregation: member 0's predictions are (1 samples, 2 classes), but hold 1 "
                    "probabilities");
  CHECK_THROWS_AS(require_same_shape({}), UsageError);
}

}  // namespace
