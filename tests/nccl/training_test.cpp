// SPDX-License-Identifier: Apache-2.0
/// @file Whole trainings on simulated GPUs, whose gradients NCCL sums.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <ai500/collectives/self.hpp>
#include <ai500/ensemble.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>

#include "gpus.hpp"
#include "small_training.hpp"

using namespace ai500;
using testing::Gpus;
using testing::long_enough;
using testing::Nccl;
using testing::run_gpus;
using testing::run_ranks;
using testing::Steps;
using testing::ten_steps;
using testing::Training;
using testing::World;

namespace {

struct Bfloat16Messages : precision::Fp32 {
  using message = bfloat16;
};

Training alone() {
  devices::Host host;
  return ten_steps<kernels::Reference, precision::Fp32>(collectives::Self::Communicator{}, host);
}

template <class Precision>
void check_gpus(int ranks, double tolerance, Count bytes_of_a_gradient) {
  std::vector<double> const expected = alone().losses;
  run_gpus(ranks, long_enough, [&](World& world, devices::Cuda& device) {
    Training const together = ten_steps<Gpus, Precision>(world, device);

    REQUIRE(together.losses.size() == 10);
    for (std::size_t step = 0; step < 10; ++step)
      CHECK(std::abs(together.losses[step] - expected[step]) <= tolerance * expected[step]);
    CHECK(together.cost.transport.starts_with("NCCL 2."));
    CHECK(together.cost.buckets > 1);
    CHECK(together.cost.wire_bytes_per_step ==
          bytes_of_a_gradient * together.gradients + 4 * (together.reduced - together.gradients));
    // Each part takes some time, of which some is hidden or exposed.
    CHECK(together.cost.hidden_seconds >= 0);
    CHECK(together.cost.exposed_seconds >= 0);
    CHECK(together.cost.hidden_seconds + together.cost.exposed_seconds > 0);
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
  run_ranks(ranks, long_enough, [&](World& world) {
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

TEST_CASE("Nccl: recorded steps on 2 and 4 GPUs have the bits of steps done kernel by kernel") {
  for (int ranks : {2, 4}) {
    run_gpus(ranks, long_enough, [](World& world, devices::Cuda& device) {
      Training const expected =
          ten_steps<Gpus, precision::Fp32>(world, device, Steps::kernel_by_kernel);
      Training const recorded = ten_steps<Gpus, precision::Fp32>(world, device);

      CHECK(expected.recorded_steps == 0);
      CHECK(recorded.recorded_steps == 9);
      CHECK(recorded.losses == expected.losses);
      CHECK(recorded.parameters == expected.parameters);
    });
    CHECK(simulated::open_communicators == 0);
  }
}

TEST_CASE("Nccl: recorded steps have the bits of others with messages in 16 bits, too") {
  run_gpus(2, long_enough, [](World& world, devices::Cuda& device) {
    Training const expected =
        ten_steps<Gpus, Bfloat16Messages>(world, device, Steps::kernel_by_kernel);
    Training const recorded = ten_steps<Gpus, Bfloat16Messages>(world, device);

    CHECK(recorded.recorded_steps == 9);
    CHECK(recorded.parameters == expected.parameters);
  });
}

TEST_CASE("Nccl: what is hidden and exposed in recorded steps is measured") {
  run_gpus(2, long_enough, [](World& world, devices::Cuda& device) {
    Training const training =
        ten_steps<Gpus, precision::Fp32>(world, device, Steps::recorded, [&](auto const& now) {
          // Behind step 5 rank 1 gives its GPU 300 ms of other work; rank 0's waits for its sums.
          if (world.rank() == 1 && now.step == 4)
            simulated::enqueue(device.stream(),
                               [] { std::this_thread::sleep_for(std::chrono::milliseconds(300)); });
        });

    if (world.rank() == 0) CHECK(training.cost.exposed_seconds >= 0.15);
    CHECK(training.cost.hidden_seconds > 0);
  });
}

TEST_CASE("Nccl: a rank that ends while steps are recorded ends the others, with its error") {
  std::atomic<int> told = 0;
  double const seconds = testing::seconds_of([&] {
    CHECK_THROWS_WITH_AS(
        run_gpus(4, long_enough,
                 [&](World& world, devices::Cuda& device) {
                   try {
                     ten_steps<Gpus, precision::Fp32>(world, device, Steps::recorded,
                                                      [&](auto const& now) {
                                                        if (world.rank() == 2 && now.step == 4)
                                                          throw DataError("the picture is torn");
                                                      });
                   } catch (CollectiveError const& error) {
                     told +=
                         std::string(error.what()).find("rank 2 has ended: the picture is torn") !=
                         std::string::npos;
                     throw;
                   }
                 }),
        "the picture is torn", DataError);
  });

  CHECK(told == 3);
  CHECK(seconds < 20);
  CHECK(simulated::open_communicators == 0);
  CHECK(simulated::sums_after_the_end == 0);
}

TEST_CASE("Nccl: a rank that stays away from a recorded step is named in time by the others") {
  std::atomic<int> told = 0;
  double const seconds = testing::seconds_of([&] {
    run_gpus(4, 2, [&](World& world, devices::Cuda& device) {
      std::string error;
      try {
        ten_steps<Gpus, precision::Fp32>(world, device, Steps::recorded, [&](auto const& now) {
          if (world.rank() != 2 || now.step != 4) return;
          while (told < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
          throw DataError("done");
        });
      } catch (CollectiveError const& thrown) {
        error = thrown.what();
      } catch (DataError const&) {
        return;
      }
      // Step 6 was given to its GPU, step 7 was not; the sum that joined the ranks is the first.
      bool const is_right =
          error.find("ncclAllReduce of bucket 0 (elements ") == 0 &&
          error.find("no end within 2 s; in sums, rank 2 on ") != std::string::npos &&
          error.find("rank 0 on ") == std::string::npos &&
          error.find("rank 1 on ") == std::string::npos;
      CHECK_MESSAGE(is_right, error);
      told += 1;
    });
  });

  CHECK(seconds < 40);
  CHECK(simulated::open_communicators == 0);
  CHECK(simulated::sums_after_the_end == 0);
}

TEST_CASE("Nccl: an asynchronous error while recorded steps are under way ends them") {
  std::atomic<int> told = 0;
  run_gpus(2, long_enough, [&](World& world, devices::Cuda& device) {
    try {
      ten_steps<Gpus, precision::Fp32>(world, device, Steps::recorded, [&](auto const& now) {
        if (now.step != 4) return;
        if (world.rank() == 0) simulated::faults.rank_with_asynchronous_error = 0;
        while (world.rank() == 1 && told == 0)
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        if (world.rank() == 1) throw DataError("done");
      });
    } catch (CollectiveError const& error) {
      CHECK_MESSAGE(std::string(error.what()).find("remote process exited") != std::string::npos,
                    error.what());
      simulated::faults.rank_with_asynchronous_error = -1;
      ++told;
    } catch (DataError const&) {
    }
  });

  CHECK(told == 1);
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE("Nccl: a GPU that does not come to its sums is named, though its host has given them") {
  std::atomic<int> told = 0;
  run_gpus(2, 2, [&](World& world, devices::Cuda& device) {
    try {
      ten_steps<Gpus, precision::Fp32>(world, device, Steps::recorded, [&](auto const& now) {
        if (world.rank() == 1 && now.step == 4)
          simulated::enqueue(device.stream(), [&] {  // until somebody has complained
            while (told == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
          });
      });
    } catch (CollectiveError const& error) {
      if (world.rank() == 0)
        CHECK_MESSAGE(std::string(error.what()).find("no end within 2 s; on GPUs, rank 1 on ") !=
                          std::string::npos,
                      error.what());
      ++told;
    }
  });

  CHECK(told == 2);
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE("Nccl: a sum that cannot be recorded is an error, and nothing is left recording") {
  for (auto* fault :
       {&simulated::faults.rank_whose_call_fails, &simulated::faults.rank_whose_call_goes_on}) {
    run_gpus(1, 0.5, [&](World& world, devices::Cuda& device) {
      auto reduction = world.reduction<float>(device, 10);
      auto const record = [&] {
        return device.record([&] {
          reduction.start(reduction.memory());
          reduction.finish();
        });
      };

      *fault = 0;
      CHECK_THROWS_WITH_AS(reduction.record(record),
                           doctest::Contains(fault == &simulated::faults.rank_whose_call_fails
                                                 ? "ncclAllReduce: simulated error"
                                                 : "not done within 0.5 s; all ranks have come"),
                           CollectiveError);
      *fault = -1;

      CHECK_NOTHROW(device.synchronize());
      CHECK(reduction.pending() == 0);
    });
  }
  CHECK(simulated::open_communicators == 0);
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
  CHECK(report->members[0].recorded_steps > 0);
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
