// SPDX-License-Identifier: Apache-2.0
// expect: BuildsLogits
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

struct Mine {
#ifdef FAULT
  static constexpr std::string_view name = "mine";
  static constexpr Graph network(Shape image, Count classes) {
    Graph graph;
    graph.fully_connected(graph.input("image", image), classes);
    return graph;
  }
#else
  static constexpr std::string_view name = "mine";
  static constexpr Graph graph(Shape image, Count classes) {
    Graph graph;
    graph.fully_connected(graph.input("image", image), classes);
    return graph;
  }
#endif
};
using Workload =
    workloads::ImageClassification<Mine, datasets::SyntheticImages<1, 8, 8, 2>, kernels::Reference>;
static_assert(WorkloadPolicy<Workload>);
