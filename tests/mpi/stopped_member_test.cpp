// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include <ai500/aggregation/soft_vote.hpp>
#include <ai500/ensemble.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/metrics/top1.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/samplers/epoch_order.hpp>

#include "../training/small_model.hpp"
#include "world.hpp"

using namespace ai500;

namespace {

constexpr Count train_samples = 1024;
constexpr Count test_samples = 128;
constexpr Count batch = 32;
constexpr Job stopped_job = 1;

/// Small images, the first of which for training is not a number.
struct PoisonedImages {
  static constexpr std::string_view name = "poisoned images";
  static constexpr ImageShape image_shape = testing::SmallImages::image_shape;
  static constexpr Count classes = testing::SmallImages::classes;
  static constexpr std::string_view default_folder = "";

  testing::SmallImages images{.train_samples = train_samples, .test_samples = test_samples};

  static PoisonedImages load(std::string const&) { return {}; }
  static std::vector<std::string> files(std::string const&) { return {}; }
  Count size(Split split) const { return images.size(split); }
  int label(Split split, Sample sample) const { return images.label(split, sample); }
  template <class T>
  void image(Split split, Sample sample, std::span<T> pixels) const {
    images.image(split, sample, pixels);
    if (split == Split::train && sample == 0) pixels[0] = std::numeric_limits<T>::quiet_NaN();
  }
};

/// Every sample once, but the first one for one job only.
struct FirstForOneJob {
  static constexpr std::string_view name = "first for one job";
  constexpr Count elements(Count n) const { return n; }
  constexpr Draw draw(Seed, Job job, Count element, Count) const {
    return {static_cast<Sample>(element), element == 0 && job != stopped_job ? 0u : 1u};
  }
};

using Benchmark = Ensemble<
    workloads::ImageClassification<testing::TinyResNet, PoisonedImages, kernels::Reference>,
    FirstForOneJob, optimizers::SgdMomentum, precision::Fp32, parallel_modes::Data,
    collectives::Mpi>;

/// A folder that all ranks see and that goes with the test.
class SharedOutput {
 public:
  SharedOutput() {
    auto world = testing::world();
    path_ = world.bcast((std::filesystem::temp_directory_path() /
                         ("ai500-stopped-member-" + std::to_string(getpid())))
                            .string(),
                        0);
  }
  SharedOutput(SharedOutput const&) = delete;
  SharedOutput& operator=(SharedOutput const&) = delete;
  ~SharedOutput() {
    auto world = testing::world();
    world.barrier();
    if (world.rank() == 0) std::filesystem::remove_all(path_);
    world.barrier();
  }
  std::string const& path() const { return path_; }

 private:
  std::string path_;
};

/// The step, from 1, of the first epoch in which the job that has all samples meets the first one.
Count step_of_first_sample(Seed seed) {
  EpochOrder const order(seed, stopped_job, 0, train_samples);
  std::uint64_t slot = 0;
  while (order(slot) != 0) ++slot;
  return static_cast<Count>(slot) / batch + 1;
}

void check_stopped(MemberRecord const& member, Count step) {
  CHECK(member.stopped == "the loss is not finite at epoch 1, step " + std::to_string(step) +
                              " of " + std::to_string(train_samples / batch));
  CHECK_FALSE(member.completed());
  CHECK(member.samples_processed == step * batch);
  CHECK(std::isnan(member.final_loss));
  CHECK(std::isnan(member.quality));
}

void check_completed(MemberRecord const& member) {
  CHECK(member.completed());
  CHECK(member.samples == train_samples - 1);
  CHECK(member.samples_processed == 2 * ((train_samples - 1) / batch) * batch);
  CHECK(std::isfinite(member.final_loss));
  CHECK(member.quality > 0);
}

/// The top-1 accuracy of the vote of all members but the one that stopped.
double vote_of_others(std::string const& output, int jobs) {
  std::vector<Predictions> votes;
  for (Job job = 0; job < static_cast<Job>(jobs); ++job)
    if (job != stopped_job) votes.push_back(load_member(output, job).predictions);
  Predictions const vote = aggregation::SoftVote::aggregate(votes);
  std::vector<int> labels;
  for (Sample sample = 0; sample < test_samples; ++sample)
    labels.push_back(static_cast<int>(sample % 4));  // as SyntheticImages are labelled
  return top1(vote.probabilities, labels, vote.classes);
}

std::vector<std::string> runs(Report const& report) {
  std::vector<std::string> all;
  for (MemberRecord const& member : report.members) all.push_back(member.run);
  return all;
}

/// M members of P_degree ranks each: one stops, the others are trained to the end and vote.
void check_one_stops(int jobs) {
  SharedOutput const output;
  auto world = testing::world();
  Configuration asked;
  asked.jobs = jobs;
  asked.epochs = 2;
  asked.batch = batch;
  asked.output = output.path();

  std::optional<Report> const report = Benchmark{}.run(asked, world);
  std::optional<Report> const again = Benchmark{}.run(asked, world);

  REQUIRE(report.has_value() == (world.rank() == 0));
  if (world.rank() != 0) return;
  CHECK(report->ensemble_size == jobs);
  CHECK(report->members_kept == jobs - 1);
  REQUIRE(report->members.size() == static_cast<std::size_t>(jobs));
  for (MemberRecord const& member : report->members) {
    if (member.job == stopped_job)
      check_stopped(member, step_of_first_sample(asked.seed));
    else
      check_completed(member);
  }
  CHECK(report->quality.achieved == vote_of_others(output.path(), jobs));

  // A rerun trains nobody again, not even who stopped: the same settings would stop it again.
  REQUIRE(again.has_value());
  CHECK(runs(*again) == runs(*report));
  CHECK(again->members_kept == jobs - 1);
  CHECK(again->quality.achieved == report->quality.achieved);
  CHECK(again->training_seconds == report->training_seconds);
}

}  // namespace

TEST_CASE("Ensemble: a member whose data are not a number stops alone, and the others vote") {
  int const ranks = testing::world().size();
  if (ranks < 2) {
    MESSAGE("SKIPPED: needs at least two ranks, so that another member can go on");
    return;
  }
  check_one_stops(ranks);
}

TEST_CASE("Ensemble: all the ranks of a member stop at the same step") {
  int const ranks = testing::world().size();
  if (ranks < 4) {
    MESSAGE("SKIPPED: needs at least four ranks, two for each of two members");
    return;
  }
  check_one_stops(ranks / 2);
}
