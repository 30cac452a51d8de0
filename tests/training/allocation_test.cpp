// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/collectives/shared_memory_reduction.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/bf16_mixed.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "counted_allocations.hpp"
#include "small_model.hpp"

using namespace ai500;
using ai500::testing::allocations;
using ai500::testing::Allocations;

#if AI500_COUNTS_ALLOCATIONS
namespace {

/// Trains three epochs of eight steps. @return what was counted after each step
template <class Kernels, class Precision>
std::vector<Allocations> allocations_of_training(
    int threads, std::optional<CropAndMirror> augmentation = std::nullopt) {
  typename Kernels::Device device = Kernels::Traits::make_device({.threads = threads});
  testing::SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<float>(device, graph, 1, 0);
  optimizers::SgdMomentum const optimizer{};
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer(device, graph, batch_plan(32, 8, 1), optimizer, {}, state);
  std::vector<Sample> samples(256);
  std::iota(samples.begin(), samples.end(), Sample{0});

  std::vector<Allocations> counted;
  counted.reserve(24);
  fit(trainer, images, samples,
      {.seed = 1, .job = 0, .epochs = 3, .batch = 32, .augmentation = augmentation}, optimizer,
      [&](FitProgress const&) { counted.push_back(allocations); });
  return counted;
}

}  // namespace

TEST_CASE("fit: allocates nothing after the first step") {
  auto const counted = allocations_of_training<kernels::Reference, precision::Fp32>(1);

  REQUIRE(counted.size() == 24);
  CHECK(counted.front().ours > 0);  // the counter works: preparing has allocated
  CHECK(counted.back().ours == counted.front().ours);
}

TEST_CASE("fit: so it does where images are cropped") {
  auto const counted =
      allocations_of_training<kernels::Reference, precision::Fp32>(1, CropAndMirror{});

  REQUIRE(counted.size() == 24);
  CHECK(counted.back().ours == counted.front().ours);
}

TEST_CASE_TEMPLATE("fit: on oneDNN allocates nothing but what oneDNN does inside its calls",
                   Precision, precision::Fp32, precision::Bf16Mixed) {
  for (int threads : {1, 2}) {
    auto const counted = allocations_of_training<kernels::OneDnn, Precision>(threads);

    CHECK(counted.back().ours == counted.front().ours);
    // Theirs are the same few each step: nothing piles up.
    long const a_step = counted[2].onednns - counted[1].onednns;
    CHECK(a_step > 0);
    CHECK(counted[23].onednns - counted[22].onednns == a_step);
    MESSAGE("oneDNN's allocations a step: ", a_step);
  }
}

TEST_CASE("SharedMemoryReduction: allocates nothing after the first step") {
  using Reduction = collectives::SharedMemoryReduction<float>;
  devices::Host host;
  Reduction reduction(host, collectives::SharedMemory::create(Reduction::bytes(1000)), 0, 1, 1000);
  auto step = [&] {
    for (Count part = 0; part < 10; ++part) {
      reduction.start(reduction.memory().part(100 * part, 100));
      reduction.progress();
    }
    reduction.finish();
  };
  step();
  long const after_first = allocations.ours;
  for (int i = 0; i < 5; ++i) step();

  CHECK(allocations.ours == after_first);
}
#else
TEST_CASE(
    "fit: allocates nothing after the first step (SKIPPED: the sanitizer has its own malloc)") {
  MESSAGE("SKIPPED: allocations are not counted under the address sanitizer");
}
#endif
