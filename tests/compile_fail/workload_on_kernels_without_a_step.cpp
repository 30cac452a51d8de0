// SPDX-License-Identifier: Apache-2.0
// A kernel set that lacks a step which the model needs: the step is named.
// expect: HasKernelFor
// expect: MaxPoolingGradient
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

struct Pooled {
  static constexpr std::string_view name = "pooled";
  static constexpr Graph graph(Shape image, Count classes) {
    Graph graph;
    ValueIndex const x = graph.max_pooling(graph.input("image", image), square(2, 2));
    graph.fully_connected(x, classes);
    return graph;
  }
};

namespace reference = kernels::reference;
using Mine =
    KernelSet<reference::Traits, reference::FullyConnected, reference::FullyConnectedDataGradient,
              reference::FullyConnectedWeightGradient, reference::Softmax,
              reference::SoftmaxCrossEntropy, reference::SumGradients, reference::Accumulate,
#ifndef FAULT
              reference::MaxPoolingGradient,
#endif
              reference::MaxPooling>;
workloads::ImageClassification<Pooled, datasets::SyntheticImages<1, 8, 8, 2>, Mine> workload{};
