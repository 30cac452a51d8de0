// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/kernels/cudnn/api.hpp>
#include <ai500/kernels/cudnn/plan.hpp>

namespace ai500::kernels::cudnn {

/// What a Plan holds of cuDNN's; only .ipp files see it.
struct Plan::State {
  OperationGraph graph;
  Descriptor plan;
};

}  // namespace ai500::kernels::cudnn
