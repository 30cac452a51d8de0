// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/training_program.hpp>
//
#include <doctest/doctest.h>

#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/precision/mixed.hpp>

#include "small_model.hpp"

using namespace ai500;

TEST_CASE("training_program: the loss is scaled where the precision says so") {
  Graph const graph = testing::small_graph();
  BatchPlan const batch{.batch = 8, .micro_batch = 4, .micro_batches = 2};
  CHECK(training_program<precision::Fp32, parallel_modes::Data>(graph, batch, 1).loss_scale ==
        no_value);
  CHECK(training_program<precision::Mixed, parallel_modes::Data>(graph, batch, 1).loss_scale !=
        no_value);
}
