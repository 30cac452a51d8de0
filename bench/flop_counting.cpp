// SPDX-License-Identifier: Apache-2.0
// What a model costs before it is trained: building its graph, counting its FLOPs, lowering it to a
// program, planning its memory. One thread.
#include <ai500/graph/flops.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "benchmarks.hpp"

using namespace ai500;

namespace {

template <ModelPolicy Model>
void add_model() {
  constexpr Shape image{.channels = 3, .height = 224, .width = 224};
  constexpr Count batch = 16;
  auto graph = [image] { return workloads::with_cross_entropy(Model::graph(image, 1000), 0.1); };
  auto add = [](std::string const& what, auto work) {
    bench::add(what + "/" + std::string(Model::name), [work](bench::State& state) {
      for (auto _ : state) benchmark::DoNotOptimize(work());
    });
  };
  add("build_graph", graph);
  add("count_flops", [model = graph()] { return flops(model).training; });
  add("lower_training", [model = graph()] { return lower_training(model, batch, batch); });
  add("plan_memory", [program = lower_training(graph(), batch, batch)] {
    return plan_memory(program, {}).arena_bytes;
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, [] {
    add_model<models::ResNet50>();
    add_model<models::ResNet152>();
  });
}
