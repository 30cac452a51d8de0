// SPDX-License-Identifier: Apache-2.0
// Which crops `fit` asks for: the same on any number of ranks, others in each epoch.
#include <doctest/doctest.h>

#include <numeric>
#include <optional>
#include <tuple>
#include <vector>

#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/training/fit.hpp>

#include "small_model.hpp"

using namespace ai500;
using kernels::functors::Crop;

namespace {

/// A sample and what of it was trained on: top, left, mirrored.
using Written = std::tuple<Sample, int, int, int>;

/// One rank's part of a training that only writes down its input.
class WritesDown {
 public:
  WritesDown(Count batch, int rank, int ranks)
      : share_(parallel_modes::Data::share(batch, rank, ranks)) {}

  static constexpr Count steps_ahead = 0;
  BatchShare share() const { return share_; }
  WritesDown& input() { return *this; }
  void start_step(double) { ++steps_; }
  double next_loss() { return 1; }

  void write(testing::SmallImages const&, Split, Sample sample, Count position) {
    write_down(position, {sample, 0, 0, 0});
  }
  void write(testing::SmallImages const&, Split, Sample sample, Count position, Crop crop) {
    write_down(position, {sample, crop.top, crop.left, crop.mirrored});
  }

  /// (steps, this rank's samples a step).
  std::vector<std::vector<Written>> const& batches() const { return batches_; }

 private:
  void write_down(Count position, Written const& written) {
    batches_.resize(steps_ + 1);
    CHECK(position == static_cast<Count>(batches_.back().size()));
    batches_.back().push_back(written);
  }

  BatchShare share_;
  std::size_t steps_ = 0;
  std::vector<std::vector<Written>> batches_;
};

/// The whole batches of two epochs of five steps, put together from those of the ranks.
std::vector<std::vector<Written>> batches(int ranks, std::optional<CropAndMirror> augmentation,
                                          FitPosition start = {}) {
  std::vector<Sample> samples(80);
  std::iota(samples.begin(), samples.end(), Sample{0});
  std::vector<std::vector<Written>> whole;
  for (int rank = 0; rank < ranks; ++rank) {
    WritesDown trainer(16, rank, ranks);
    fit(trainer, testing::SmallImages{}, samples,
        {.seed = 3,
         .job = 1,
         .epochs = 2,
         .batch = 16,
         .augmentation = augmentation,
         .start = start},
        optimizers::SgdMomentum{}, [](FitProgress const&) {});
    whole.resize(trainer.batches().size());
    for (std::size_t step = 0; step < whole.size(); ++step)
      whole[step].insert(whole[step].end(), trainer.batches()[step].begin(),
                         trainer.batches()[step].end());
  }
  return whole;
}

/// What of each of 80 samples an epoch's five steps trained on.
std::vector<Written> by_sample(std::vector<std::vector<Written>> const& all, std::size_t epoch) {
  std::vector<Written> epochs;
  for (std::size_t step = 5 * epoch; step < 5 * epoch + 5; ++step)
    epochs.insert(epochs.end(), all[step].begin(), all[step].end());
  std::ranges::sort(epochs);
  return epochs;
}

}  // namespace

TEST_CASE("fit: 1, 2 and 4 ranks train on the same crops of the same samples") {
  auto const alone = batches(1, CropAndMirror{});

  REQUIRE(alone.size() == 10);
  for (auto const& batch : alone) CHECK(batch.size() == 16);
  CHECK(batches(2, CropAndMirror{}) == alone);
  CHECK(batches(4, CropAndMirror{}) == alone);
}

TEST_CASE("fit: a sample is cropped in another way in each epoch") {
  auto const all = batches(1, CropAndMirror{});
  auto const first = by_sample(all, 0), second = by_sample(all, 1);
  int same = 0;

  REQUIRE(first.size() == 80);
  for (std::size_t i = 0; i < 80; ++i) {
    CHECK(std::get<0>(first[i]) == i);
    CHECK(std::get<0>(second[i]) == i);
    same += first[i] == second[i];
  }
  CHECK(same <= 6);  // 80 / 162 are expected: 7 in one of a million seeds
}

TEST_CASE("fit: begun at a later place it goes on with the same crops") {
  auto const all = batches(1, CropAndMirror{});

  auto const rest = batches(1, CropAndMirror{}, {.epoch = 1, .step = 2});

  CHECK(rest == std::vector<std::vector<Written>>(all.begin() + 7, all.end()));
}

TEST_CASE("fit: the samples are those that are trained on without augmentation") {
  auto all = batches(1, CropAndMirror{});
  for (auto& batch : all)
    for (auto& [sample, top, left, mirrored] : batch) top = left = mirrored = 0;

  CHECK(batches(1, std::nullopt) == all);
}
