// SPDX-License-Identifier: Apache-2.0
/// @file The pass that gives matrix products and convolutions a copy of the weights in the type
/// they compute in; defined in store_weights.ipp.
#pragma once

#include <ai500/graph/program.hpp>

namespace ai500 {

/// Inserts a StoreWeights before all steps, of a new value `weights`, whose slices Convolution,
/// ConvolutionDataGradient, FullyConnected and FullyConnectedDataGradient then read in the place of
/// the parameters'; filters have Layout::channels_last, the rest is plain. Gradients and the update
/// stay with the parameters. The pass comes after those of the parallel mode, so that micro-batches
/// share the copy. A program without such a step is returned as it is. Pure.
Program store_weights(Program program);

}  // namespace ai500
