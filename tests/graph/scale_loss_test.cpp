// SPDX-License-Identifier: Apache-2.0
#include <ai500/graph/scale_loss.hpp>
//
#include <doctest/doctest.h>

#include <ai500/graph/lower.hpp>
#include <ai500/parallel_modes/micro_batches.hpp>

#include "../training/small_model.hpp"

using namespace ai500;

TEST_CASE("scale_loss: each cross-entropy reads the one number that the caller owns") {
  Program const plain = lower_training(testing::small_graph(), 4, 12);
  Program const scaled = scale_loss(plain);

  REQUIRE(scaled.loss_scale != no_value);
  CHECK(scaled.value(scaled.loss_scale).shape == Shape{});
  CHECK(scaled.value(scaled.loss_scale).residence == Residence::bound);
  CHECK(scaled.steps.size() == plain.steps.size());

  Program const cut = parallel_modes::micro_batches(scaled, 3);
  int losses = 0;
  for (Step const& step : cut.steps)
    if (std::holds_alternative<steps::SoftmaxCrossEntropy>(step.what)) {
      ++losses;
      REQUIRE(step.reads.size() == 3);
      CHECK(step.reads[2] == cut.loss_scale);
    }
  CHECK(losses == 3);
}
