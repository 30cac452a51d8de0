// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <ai500/configuration/batch_plan.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/graph/scale_loss.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/precision/policy.hpp>

namespace ai500 {

/// What one of `degree` ranks runs for a training step, before it is fitted to kernels.
/// @param graph a model that ends in a loss
/// @throws GraphError
template <PrecisionPolicy Precision, ParallelModePolicy ParallelMode>
Program training_program(Graph const& graph, BatchPlan const& batch, int degree) {
  Program program = lower_training(graph, batch.micro_batch, batch.batch);
  if constexpr (ScalesLoss<Precision>) program = scale_loss(std::move(program));
  return ParallelMode::split(program, {degree, batch.micro_batches});
}

}  // namespace ai500
