// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>

#include <unistd.h>

#include <ai500/collectives/self.hpp>
#include <ai500/ensemble.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>

#include "../training/small_model.hpp"
#include "world.hpp"

using namespace ai500;

namespace {

using Benchmark = Ensemble<
    workloads::ImageClassification<testing::TinyResNet, testing::SmallImages, kernels::Reference>,
    samplers::PoissonBootstrap, optimizers::SgdMomentum, precision::Fp32, parallel_modes::Data,
    collectives::Mpi>;
using Alone = Benchmark::with_collective<collectives::Self>;

/// A folder that all ranks see and that goes with the test.
class SharedFolder {
 public:
  SharedFolder() {
    auto world = testing::world();
    path_ = world.bcast(
        (std::filesystem::temp_directory_path() / ("ai500-members-" + std::to_string(getpid())))
            .string(),
        0);
  }
  ~SharedFolder() {
    auto world = testing::world();
    world.barrier();
    if (world.rank() == 0) std::filesystem::remove_all(path_);
    world.barrier();
  }
  std::string path() const { return path_; }

 private:
  std::string path_;
};

Configuration small_run(std::string output) {
  Configuration asked;
  asked.epochs = 1;
  asked.batch = 64;
  asked.output = std::move(output);
  return asked;
}

}  // namespace

TEST_CASE("Ensemble: the M members of one run are bit for bit the members of M separate runs") {
  SharedFolder const folder;
  auto world = testing::world();
  int const jobs = world.size();
  Configuration asked = small_run(folder.path() + "/together");
  asked.jobs = jobs;
  std::optional<Report> const report = Benchmark{}.run(asked, world);

  CHECK(report.has_value() == (world.rank() == 0));
  if (world.rank() == 0) {
    CHECK(report->members_kept == jobs);
    CHECK(report->ensemble_size == jobs);
    CHECK(report->timing.starts_with("one run"));
    for (int job = 0; job < jobs; ++job) {
      asked.output = folder.path() + "/separate";
      asked.jobs = jobs;
      asked.job = job;
      collectives::Self::Communicator self;
      CHECK_FALSE(Alone{}.run(asked, self).has_value());
      SavedMember const together = load_member(folder.path() + "/together", static_cast<Job>(job));
      SavedMember const separate = load_member(folder.path() + "/separate", static_cast<Job>(job));
      CHECK(together.predictions == separate.predictions);
      CHECK(together.record.final_loss == separate.record.final_loss);
      CHECK(together.record.samples == separate.record.samples);
      CHECK(together.record.settings == separate.record.settings);
    }
    auto const dataset = testing::SmallImages::load("");
    Report const voted = Benchmark{}.aggregate(folder.path() + "/separate", dataset);
    CHECK(voted.quality.achieved == report->quality.achieved);
    if (jobs > 1) CHECK(voted.timing.starts_with("separate runs"));
  }
}

TEST_CASE("Ensemble: a rerun trains only the members that are missing") {
  SharedFolder const folder;
  auto world = testing::world();
  Configuration asked = small_run(folder.path());
  asked.jobs = world.size();
  Benchmark{}.run(asked, world);
  std::string const kept = load_member(folder.path(), 0).record.run;
  world.barrier();
  if (world.rank() == 0)
    std::filesystem::remove_all(member_folder(folder.path(), static_cast<Job>(world.size() - 1)));
  world.barrier();

  Benchmark{}.run(asked, world);

  if (world.size() > 1) CHECK(load_member(folder.path(), 0).record.run == kept);
  CHECK(member_is_finished(folder.path(), static_cast<Job>(world.size() - 1)));
}

TEST_CASE("Ensemble: members trained with other settings are not taken for these") {
  SharedFolder const folder;
  auto world = testing::world();
  Configuration asked = small_run(folder.path());
  asked.jobs = world.size();
  Benchmark{}.run(asked, world);
  asked.seed = 99;

  CHECK_THROWS_WITH_AS(Benchmark{}.run(asked, world),
                       doctest::Contains("trained with other settings"), AgreedError);
}

TEST_CASE(
    "Ensemble: images are augmented where it is asked for; the report and the members say so") {
  SharedFolder const folder;
  auto world = testing::world();
  Configuration asked = small_run(folder.path() + "/plain");
  std::optional<Report> const plain = Benchmark{}.run(asked, world);
  asked.augmentation = Augmentation::crop_and_mirror;
  asked.crop_padding = 2;

  CHECK_THROWS_WITH_AS((void)Benchmark{}.run(asked, world),
                       doctest::Contains("asked for: augmentation crop and mirror (padding 2)"),
                       AgreedError);
  asked.output = folder.path() + "/augmented";
  std::optional<Report> const augmented = Benchmark{}.run(asked, world);

  if (world.rank() == 0) {
    CHECK(plain->augmentation == "none");
    CHECK(augmented->augmentation == "crop and mirror (padding 2)");
    CHECK(augmented->members.front().final_loss != plain->members.front().final_loss);
  }
  asked.crop_padding = 12;
  CHECK_THROWS_WITH_AS((void)Benchmark{}.run(asked, world),
                       doctest::Contains("--crop-padding 12: must be at most 11"), AgreedError);
}

TEST_CASE("Ensemble: a member whose loss is not finite stops, the others vote, M' says how many") {
  SharedFolder const folder;
  auto world = testing::world();
  Configuration asked = small_run(folder.path());
  asked.jobs = world.size();
  Benchmark exploding{};
  exploding.optimizer.schedule.rate_per_256 = 1e30;
  exploding.optimizer.schedule.warm_up_share = 0;

  std::optional<Report> const report = exploding.run(asked, world);

  if (world.rank() == 0) {
    CHECK(report->members_kept == 0);
    CHECK_FALSE(report->passed);
    for (MemberRecord const& member : report->members)
      CHECK(member.stopped.starts_with("the loss is not finite at epoch 1"));
  }
}

TEST_CASE(
    "Ensemble: wrong M x P_degree is one usage error on all ranks that lists the valid pairs") {
  SharedFolder const folder;
  auto world = testing::world();
  Configuration asked = small_run(folder.path());
  asked.jobs = 3;
  asked.degree = 5;

  try {
    Benchmark{}.run(asked, world);
    FAIL("nothing was thrown");
  } catch (AgreedError const& error) {
    CHECK(error.exit_code() == 2);
    CHECK(std::string(error.what()).find("valid M x P_degree: 1 x ") != std::string::npos);
  }
}

TEST_CASE("Ensemble: a batch that is larger than a bootstrap is a usage error") {
  SharedFolder const folder;
  auto world = testing::world();
  Configuration asked = small_run(folder.path());
  asked.jobs = world.size();
  asked.batch = 8192;

  CHECK_THROWS_WITH_AS(Benchmark{}.run(asked, world), doctest::Contains("bootstrap has only"),
                       AgreedError);
}
