// SPDX-License-Identifier: Apache-2.0
/// @file From a model's graph to the program that trains or evaluates it; defined in lower.ipp.
#pragma once

#include <ai500/graph/program.hpp>

namespace ai500 {

/// The program of one training step on one rank with one micro-batch: forward, gradients where
/// someone needs them, running statistics, update. A parallel mode makes of it the program of
/// several micro-batches and ranks.
/// @param graph a model that ends in a loss (`Graph::softmax_cross_entropy`)
/// @param micro_batch items of the micro-batch
/// @param batch |B_k|: the loss and its gradient are divided by it
/// @throws GraphError when the graph has no loss or a value is read before it is written
Program lower_training(Graph const& graph, Count micro_batch, Count batch);

/// The program that computes the probabilities of a batch with the running statistics.
/// @param graph a model that ends in a loss; its softmax is kept
/// @throws GraphError as `lower_training`
Program lower_evaluation(Graph const& graph, Count batch);

}  // namespace ai500
