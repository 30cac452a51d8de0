// SPDX-License-Identifier: Apache-2.0
// A network and data of one's own, without MPI and without files. A process trains one member:
//   own_workload --jobs 2 --job 0
//   own_workload --jobs 2 --job 1
//   own_workload aggregate ai500-output
#include <array>
#include <cmath>

#include <ai500/collectives/self.hpp>
#include <ai500/core/random.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/run.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

/// Stripes in noise, upright, level or slanting one way or the other: which is it?
struct Stripes {
  static constexpr std::string_view name = "stripes";
  static constexpr ImageShape image_shape{.channels = 1, .height = 8, .width = 8};
  static constexpr Count classes = 4;
  static constexpr std::string_view default_folder = "";  // no files
  static Stripes load(std::string const&) { return {}; }
  static std::vector<std::string> files(std::string const&) { return {}; }

  Count size(Split split) const { return split == Split::train ? 2000 : 500; }
  int label(Split, Sample sample) const { return static_cast<int>(sample % 4); }

  template <Pixel T>
  void image(Split split, Sample sample, std::span<T> pixels) const {
    RandomKey const key{.seed = split == Split::train, .purpose = purpose::synthetic_data};
    std::uint64_t random = std::uint64_t{sample} * 65;
    int const right = std::array{0, 1, 1, 1}[sample % 4];
    int const down = std::array{1, 0, 1, -1}[sample % 4];
    double const start = 4 * random_unit(key, random++);
    for (int i = 0; i < 64; ++i) {
      double const wave = std::sin(1.6 * (right * (i % 8) + down * (i / 8) + start));
      double const noise = 3 * (random_unit(key, random++) - 0.5);
      pixels[static_cast<std::size_t>(i)] = T(static_cast<float>(wave + noise));
    }
  }
};

struct SmallNetwork {
  static constexpr std::string_view name = "one convolution";
  static constexpr Graph graph(Shape image, Count classes) {
    Graph graph;
    ValueIndex x = graph.input("image", image);
    x = graph.relu(graph.normalization(graph.convolution(x, 16, square(3, 1, 1))));
    graph.fully_connected(graph.global_average_pooling(x), classes);
    return graph;
  }
};

using Benchmark =
    Ensemble<workloads::ImageClassification<SmallNetwork, Stripes, kernels::Reference>,
             samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32,
             parallel_modes::Data, collectives::Self>;

int main(int argc, char** argv) {
  return run(argc, argv,
             Benchmark{.workload = {.recipe = {.epochs = 8, .batch = 50, .target_top1 = 0.9}}});
}
