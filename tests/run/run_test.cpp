// SPDX-License-Identifier: Apache-2.0
#include <ai500/run.hpp>
//
#include <doctest/doctest.h>

#include <array>

#include <ai500/collectives/self.hpp>
#include <ai500/datasets/synthetic_images.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/samplers/every_sample.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

namespace {

using Benchmark =
    Ensemble<workloads::ImageClassification<
                 models::SmallResNet, datasets::SyntheticImages<1, 8, 8, 4>, kernels::Reference>,
             samplers::EverySample, optimizers::SgdMomentum, precision::Fp32, parallel_modes::Data,
             collectives::Self>;

template <class Training, std::size_t N>
int run_with(std::array<char const*, N> const& arguments, Training const& training) {
  std::array<char*, N> argv;
  for (std::size_t i = 0; i < N; ++i) argv[i] = const_cast<char*>(arguments[i]);
  return run(static_cast<int>(N), argv.data(), Benchmark{.optimizer = {.momentum = 0.5}}, training);
}

}  // namespace

TEST_CASE("run: gives what was asked for to a training of one's own, and trains nothing itself") {
  Configuration asked;
  double momentum = 0;
  int ranks = 0;

  int const code = run_with(
      std::array{"program", "--epochs", "7", "--quick"},
      [&](Benchmark const& benchmark, Configuration const& configuration, Benchmark::World& world) {
        asked = configuration;
        momentum = benchmark.optimizer.momentum;
        ranks = world.size();
      });

  CHECK(code == 0);
  CHECK(asked.epochs == 7);
  CHECK(asked.quick);
  CHECK(momentum == 0.5);
  CHECK(ranks == 1);
}

TEST_CASE("run: an error that all ranks agree on decides the exit code") {
  auto misuse = [](auto const&, auto const&, auto& world) {
    agree(world, [] { throw UsageError("not so"); });
  };
  auto failure = [](auto const&, auto const&, auto& world) {
    agree(world, [] { throw DataError("gone"); });
  };

  CHECK(run_with(std::array{"program"}, misuse) == 2);
  CHECK(run_with(std::array{"program"}, failure) == 1);
}

TEST_CASE("run: a wrong command line does not come to training") {
  bool trained = false;

  int const code = run_with(std::array{"program", "--bogus"},
                            [&](auto const&, auto const&, auto&) { trained = true; });

  CHECK(code == 2);
  CHECK(!trained);
}
