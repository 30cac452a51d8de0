// SPDX-License-Identifier: Apache-2.0
// A whole training step of each kernel set on random images: images/s, FLOP/s as the graph counts
// them (Table 3), what part that is of the multiply-adds the same threads can do in the type of the
// activations, and the bandwidth of the memory they share (read and written in place).
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/core/random.hpp>
#include <ai500/graph/flops.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/bf16_mixed.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "benchmarks.hpp"
#include "machine.hpp"

using namespace ai500;

namespace {

/// What is trained: images (channels, height, width) of some classes, so many a step.
struct Size {
  std::string name;
  Shape image;
  Count classes;
  Count batch;
};

template <class Kernels, PrecisionPolicy Precision>
void train(bench::State& state, Graph const& graph, Size const& size, int threads) {
  using SelfCommunicator = collectives::Self::Communicator;
  auto device = Kernels::Traits::make_device({.threads = threads});
  auto model = initial_state<float>(device, graph, 1, 0);
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data, SelfCommunicator>
      trainer(device, graph, {.batch = size.batch, .micro_batch = size.batch, .micro_batches = 1},
              {}, {}, model);
  RandomKey const key{.seed = 1, .purpose = purpose::synthetic_data};
  std::uint64_t next = 0;
  using Pixel = typename Precision::compute;
  std::vector<Pixel> images(trainer.input().images().span().size());
  for (Pixel& pixel : images) pixel = Pixel(4 * random_unit(key, next++) - 2);
  std::vector<std::int32_t> labels(trainer.input().labels().span().size());
  for (std::int32_t& label : labels)
    label = static_cast<std::int32_t>(random_unit(key, next++) * static_cast<double>(size.classes));
  // A step is fed anew: the memory of its input serves other values later.
  auto step = [&] {
    std::ranges::copy(images, trainer.input().images().span().begin());
    std::ranges::copy(labels, trainer.input().labels().span().begin());
    return trainer.step(0.01);
  };

  step();  // the first touches its memory
  auto const start = std::chrono::steady_clock::now();
  for (auto _ : state) {
    double loss = step();
    benchmark::DoNotOptimize(loss);
  }
  std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - start;
  double const flops_a_step = static_cast<double>(flops(graph).training * size.batch);
  auto const host = bench::host_of(threads);
  double const peak = bench::peak_flops_of<Pixel>(host);
  state.counters["images"] = bench::a_second(static_cast<double>(size.batch));
  state.counters["FLOP"] = bench::a_second(flops_a_step);
  state.counters["peak_FLOP/s"] = peak;
  state.counters["memory_bytes/s"] = bench::in_place_bandwidth(host);
  state.counters["part_of_peak"] =
      flops_a_step * static_cast<double>(state.iterations()) / seconds.count() / peak;
}

template <class Kernels, ModelPolicy Model, PrecisionPolicy Precision = precision::Fp32>
void add_training_step(Size const& size) {
  Graph const graph = workloads::with_cross_entropy(Model::graph(size.image, size.classes), 0.1);
  for (int const threads : bench::thread_counts()) {
    if (threads > 1 && !Kernels::Traits::threaded) continue;
    std::string const name = std::string(Kernels::Traits::name) + "/" + std::string(Model::name) +
                             "/" + std::string(Precision::name) + "/" + size.name +
                             "/batch:" + std::to_string(size.batch) +
                             "/threads:" + std::to_string(threads);
    bench::add(
        name, [=](bench::State& state) { train<Kernels, Precision>(state, graph, size, threads); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, [] {
    Size const fashion_mnist{"1x28x28", {.channels = 1, .height = 28, .width = 28}, 10, 128};
    Size const imagenet{"3x224x224", {.channels = 3, .height = 224, .width = 224}, 1000, 16};
    add_training_step<kernels::Reference, models::SmallResNet>(fashion_mnist);
    add_training_step<kernels::OneDnn, models::SmallResNet>(fashion_mnist);
    add_training_step<kernels::OneDnn, models::ResNet50V15>(imagenet);
    using precision::Bf16Mixed;
    add_training_step<kernels::OneDnn, models::SmallResNet, Bf16Mixed>(fashion_mnist);
    add_training_step<kernels::OneDnn, models::ResNet50V15, Bf16Mixed>(imagenet);
  });
}
