// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <variant>

#include <ai500/graph/program.hpp>

namespace ai500 {

/// The training program whose gradients are those of the loss times `loss_scale`, a number that the
/// caller owns and may change between steps. The loss itself is not scaled. Pure.
inline Program scale_loss(Program program) {
  program.loss_scale =
      program.add_value({"loss scale", {}, NumberRole::accumulate, Residence::bound});
  for (Step& step : program.steps)
    if (std::holds_alternative<steps::SoftmaxCrossEntropy>(step.what))
      step.reads.push_back(program.loss_scale);
  return program;
}

}  // namespace ai500
