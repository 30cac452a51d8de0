// SPDX-License-Identifier: Apache-2.0
/// @file The device descriptions and programs that the tests plan for.
#pragma once

#include <filesystem>
#include <string>

#include <ai500/graph/lower.hpp>
#include <ai500/kernels/cudnn/target.hpp>
#include <ai500/models/resnet.hpp>

namespace ai500::test {

/// The GPU of tests/data/devices/<name>.json.
inline kernels::cudnn::Target device(std::string const& name) {
  return kernels::cudnn::Target::described_in(std::filesystem::path(AI500_SOURCE_DIR) / "tests" /
                                              "data" / "devices" / (name + ".json"));
}

inline Program training_step(Graph graph, Count micro_batch) {
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return lower_training(graph, micro_batch, micro_batch);
}

/// ResNet-50 v1.5 on ImageNet's shapes with the batch of the published rates.
inline Program resnet50_step() { return training_step(models::resnet50_v15(224), 256); }

}  // namespace ai500::test
