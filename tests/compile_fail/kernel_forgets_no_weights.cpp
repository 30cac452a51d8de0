// SPDX-License-Identifier: Apache-2.0
// Keeps its weights for good: what it has prepared cannot be told to forget them.
// expect: KeepsWeights
#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

using namespace ai500;

struct Mine {
  using operation = steps::ConvolutionEvaluation;
  struct Prepared {
#ifndef FAULT
    void forget_weights();
#else
    void forget_weight();
#endif
  };
};
static_assert(KeepsWeights<Mine>);
