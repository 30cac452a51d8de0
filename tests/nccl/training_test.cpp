// SPDX-License-Identifier: Apache-2.0
/// @file Whole trainings on simulated GPUs, whose gradients NCCL sums.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include <ai500/collectives/nccl.hpp>
#include <ai500/collectives/self.hpp>
#include <ai500/collectives/threads.hpp>
#include <ai500/ensemble.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>

#include "../training/small_model.hpp"
#include "simulated_kernels.hpp"

using namespace ai500;

namespace {

using Nccl = collectives::Nccl<collectives::Threads>;
using Gpus = testing::OnSimulatedGpusSet<kernels::Reference>::type;

struct Bfloat16Messages : precision::Fp32 {
  using message = bfloat16;
};

template <class Rank>
void run_ranks(int ranks, Rank rank) {
  int argc = 0;
  char** argv = nullptr;
  Nccl::Session session(argc, argv, {.ranks = ranks, .patience_seconds = 60});
  session.run_ranks(rank);
}

struct Training {
  std::vector<double> losses;
  ReductionCost cost;
  Count reduced = 0, gradients = 0;  // elements of the program
};

/// Ten steps with |B| = 16 and micro-batches of 4.
template <class Kernels, class Precision, class World>
Training ten_steps(World world, typename Kernels::Device& device) {
  testing::SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<float>(device, graph, 7, 0);
  optimizers::SgdMomentum const optimizer{};
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data, World> trainer(
      device, graph, batch_plan(16, 4, world.size()), optimizer, world, state);
  std::vector<Sample> samples(160);
  std::iota(samples.begin(), samples.end(), Sample{0});
  Training training;
  fit(trainer, images, samples, {.seed = 7, .job = 0, .epochs = 1, .batch = 16}, optimizer,
      [&](FitProgress const& progress) { training.losses.push_back(progress.loss); });
  device.synchronize();
  training.cost = trainer.reduction_cost();
  Program const& program = trainer.network().program();
  training.reduced = program.value(program.reduction).shape.elements();
  training.gradients = program.value(program.gradients).shape.elements();
  return training;
}

Training alone() {
  devices::Host host;
  return ten_steps<kernels::Reference, precision::Fp32>(collectives::Self::Communicator{}, host);
}

template <class Precision>
void check_gpus(int ranks, double tolerance, Count bytes_of_a_gradient) {
  std::vector<double> const expected = alone().losses;
  run_ranks(ranks, [&](Nccl::Communicator& world) {
    devices::Cuda device(DeviceChoice{.local_rank = world.rank()});
    world.attach(device);
    Training const together = ten_steps<Gpus, Precision>(world, device);

    REQUIRE(together.losses.size() == 10);
    for (std::size_t step = 0; step < 10; ++step)
      CHECK(std::abs(together.losses[step] - expected[step]) <= tolerance * expected[step]);
    CHECK(together.cost.transport.starts_with("NCCL 2."));
    CHECK(together.cost.buckets > 1);
    CHECK(together.cost.wire_bytes_per_step ==
          bytes_of_a_gradient * together.gradients + 4 * (together.reduced - together.gradients));
    CHECK(together.cost.hidden_seconds >= 0);
    CHECK(together.cost.exposed_seconds >= 0);
  });
}

/// A folder that goes with the test.
class Output {
 public:
  std::string path() const { return path_; }
  ~Output() { std::filesystem::remove_all(path_); }

 private:
  std::string path_ =
      (std::filesystem::temp_directory_path() / ("ai500-nccl-" + std::to_string(getpid())))
          .string();
};

using Benchmark =
    Ensemble<workloads::ImageClassification<testing::TinyResNet, testing::SmallImages, Gpus>,
             samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32,
             parallel_modes::Data, Nccl>;

/// The report of a quick run.
std::optional<Report> quick_run(int ranks, Configuration asked) {
  asked.quick = true;
  asked.batch = 64;
  std::optional<Report> report;
  run_ranks(ranks, [&](Nccl::Communicator& world) {
    auto mine = Benchmark{}.run(asked, world);
    if (world.rank() == 0) report = std::move(mine);
  });
  return report;
}

}  // namespace

TEST_CASE("Nccl: 2 and 4 GPUs have the losses of one rank on a CPU within 1e-4 in float") {
  check_gpus<precision::Fp32>(2, 1e-4, 4);
  check_gpus<precision::Fp32>(4, 1e-4, 4);
}

TEST_CASE("Nccl: gradients sent in 16 bits train nearly as well, and count 16 bits on the wire") {
  check_gpus<Bfloat16Messages>(2, 0.02, 2);
}

TEST_CASE("Ensemble: by default a node's GPUs train one base model, and the report names them") {
  Output const output;
  Configuration asked;
  asked.output = output.path();

  std::optional<Report> const report = quick_run(4, asked);

  REQUIRE(report);
  CHECK(report->ensemble_size == 1);
  CHECK(report->parallelism_degree == 4);
  REQUIRE(report->members.size() == 1);
  CHECK(report->members[0].devices.starts_with("4 x simulated GPU, compute capability 9.0"));
  CHECK(report->reductions.transport.starts_with("NCCL 2."));
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE("Ensemble: members on a GPU each are those of any number of GPUs") {
  Output const output;
  Configuration asked;
  asked.output = output.path();
  asked.jobs = 4;

  std::optional<Report> const report = quick_run(4, asked);

  REQUIRE(report);
  CHECK(report->members_kept == 4);
  CHECK(report->parallelism_degree == 1);
  CHECK(report->members[3].devices.starts_with("1 x simulated GPU"));
  CHECK(report->reductions.transport == "");
}

TEST_CASE("Ensemble: more ranks than GPUs are one usage error, unless asked for") {
  Output const output;
  Configuration asked;
  asked.output = output.path();
  asked.jobs = 2;
  simulated::gpus = 1;
  CHECK_THROWS_WITH_AS(
      quick_run(2, asked),
      doctest::Contains("have the same accelerator, simulated GPU at 0000:01:00.0"), AgreedError);
  asked.share_accelerators = true;
  CHECK(quick_run(2, asked)->members_kept == 2);
  simulated::gpus = 4;
}
