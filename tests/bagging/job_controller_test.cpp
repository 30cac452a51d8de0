// SPDX-License-Identifier: Apache-2.0
#include <ai500/bagging/job_controller.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/metrics/top1.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/samplers/every_sample.hpp>
#include <ai500/samplers/poisson_bootstrap.hpp>

#include "../storage/output_folder.hpp"
#include "../training/small_model.hpp"

namespace ai500::testing {
namespace {

/// Small images that write down which training samples they were asked for.
struct RecordedImages {
  static constexpr std::string_view name = "recorded images";
  static constexpr ImageShape image_shape = SmallImages::image_shape;
  static constexpr Count classes = SmallImages::classes;
  static constexpr std::string_view default_folder = "";

  SmallImages images{.train_samples = 256, .test_samples = 64};
  std::shared_ptr<std::vector<Sample>> asked = std::make_shared<std::vector<Sample>>();

  static RecordedImages load(std::string const&) { return {}; }
  static std::vector<std::string> files(std::string const&) { return {}; }
  Count size(Split split) const { return images.size(split); }
  int label(Split split, Sample sample) const { return images.label(split, sample); }
  template <class T>
  void image(Split split, Sample sample, std::span<T> pixels) const {
    if (split == Split::train) asked->push_back(sample);
    images.image(split, sample, pixels);
  }
};

/// Another one-rank communicator than Self's, which counts what is asked of it.
class CountingRank {
 public:
  int rank() const { return 0; }
  int size() const { return 1; }
  CountingRank split(int) { return *this; }
  void barrier() { ++*calls; }
  template <class T>
  void allreduce(View<T>) {
    ++*calls;
  }
  template <class T>
  collectives::LocalReduction<T> reduction(devices::Host& host, Count elements) {
    return {host, elements};
  }
  double maximum(double number) {
    ++*calls;
    return number;
  }
  std::string bcast(std::string const& text, int) { return text; }
  std::vector<std::string> allgather(std::string const& text) { return {text}; }

  std::shared_ptr<int> calls = std::make_shared<int>(0);
};

using Workload = workloads::ImageClassification<TinyResNet, RecordedImages, kernels::Reference>;
template <class Communicator>
using Controller = JobController<Workload, precision::Fp32, optimizers::SgdMomentum,
                                 parallel_modes::Data, Communicator>;

/// A job's controller and all that it looks at. The job is number 3; its bootstrap has about 256
/// samples.
template <class Communicator = collectives::Self::Communicator>
struct OneJob {
  devices::Host host;
  Workload workload{};
  RecordedImages images{};
  optimizers::SgdMomentum optimizer{};
  Bootstrap bootstrap = draw_bootstrap(samplers::PoissonBootstrap{}, 7, 3, 256);
  JobPlan plan{.fit = {.seed = 7, .job = 3, .epochs = 2, .batch = 32},
               .batch = batch_plan(32, 16, 1),
               .test_samples = 40,
               .out_of_bag_samples = 40};
  Communicator ranks{};

  Controller<Communicator> controller() {
    return {host, workload, images, optimizer, bootstrap, plan, ranks};
  }
};

auto const nobody_watches = [](FitProgress const&) {};

}  // namespace

TEST_CASE("JobController: the record says what was drawn, trained and measured") {
  OneJob<> job;
  auto controller = job.controller();
  CHECK(controller.record().job == 3);
  CHECK(controller.record().samples == static_cast<Count>(job.bootstrap.samples.size()));
  CHECK(controller.record().distinct_samples == job.bootstrap.distinct);
  CHECK(controller.record().preparation_seconds > 0);

  int steps = 0;
  double last_loss = 0;
  controller.train([&](FitProgress const& progress) {
    ++steps;
    last_loss = progress.loss;
  });
  controller.evaluate();

  MemberRecord const& record = controller.record();
  Count const steps_an_epoch = record.samples / 32;
  CHECK(steps == 2 * steps_an_epoch);
  CHECK(record.samples_processed == 2 * steps_an_epoch * 32);
  CHECK(record.final_loss == last_loss);
  CHECK(record.completed());
  CHECK(record.seconds > 0);
  CHECK(record.evaluation_seconds > 0);
  CHECK(record.started_unix > 1.7e9);  // after 2023
  CHECK(record.finished_unix >= record.started_unix);
  CHECK(record.out_of_bag_samples == 40);
  CHECK(record.out_of_bag_quality >= 0);
  CHECK(record.out_of_bag_quality <= 1);
}

TEST_CASE("JobController: the quality is the top-1 accuracy of the predictions, first to last") {
  OneJob<> job;
  auto controller = job.controller();
  controller.train(nobody_watches);
  controller.evaluate();

  Predictions const& predictions = controller.predictions();
  REQUIRE(predictions.samples == 40);
  REQUIRE(predictions.classes == 4);
  REQUIRE(consistent(predictions));
  std::vector<int> labels;
  for (Sample sample = 0; sample < 40; ++sample)
    labels.push_back(static_cast<int>(sample % 4));  // as SyntheticImages are labelled
  CHECK(controller.record().quality == top1(predictions.probabilities, labels, 4));
}

TEST_CASE("JobController: the same job on another kind of communicator gives the same bits") {
  OneJob<> on_self;
  OneJob<CountingRank> on_another;
  auto one = on_self.controller();
  auto another = on_another.controller();
  one.train(nobody_watches);
  another.train(nobody_watches);
  one.evaluate();
  another.evaluate();

  CHECK(one.predictions() == another.predictions());
  CHECK(one.record().final_loss == another.record().final_loss);
  CHECK(one.record().out_of_bag_quality == another.record().out_of_bag_quality);
  CHECK(*on_another.ranks.calls > 0);
}

TEST_CASE("JobController: out-of-bag samples were never trained on") {
  OneJob<> job;
  auto controller = job.controller();
  controller.train(nobody_watches);
  std::set<Sample> const trained(job.images.asked->begin(), job.images.asked->end());
  job.images.asked->clear();
  controller.evaluate();
  std::vector<Sample> const& measured = *job.images.asked;

  CHECK(measured.size() == 40);
  CHECK(std::set<Sample>(measured.begin(), measured.end()).size() == 40);
  for (Sample sample : measured) {
    CHECK_FALSE(trained.contains(sample));
    CHECK(std::ranges::binary_search(job.bootstrap.out_of_bag, sample));
  }
}

TEST_CASE("JobController: at most all out-of-bag samples are measured") {
  OneJob<> job;
  job.plan.out_of_bag_samples = 1000;
  auto controller = job.controller();
  controller.train(nobody_watches);
  job.images.asked->clear();
  controller.evaluate();

  CHECK(*job.images.asked == job.bootstrap.out_of_bag);
  CHECK(controller.record().out_of_bag_samples ==
        static_cast<Count>(job.bootstrap.out_of_bag.size()));
}

TEST_CASE("JobController: without out-of-bag samples their accuracy is not measured") {
  OneJob<> job;
  job.bootstrap = draw_bootstrap(samplers::EverySample{}, 7, 3, 256);
  auto controller = job.controller();
  controller.train(nobody_watches);
  controller.evaluate();

  CHECK(controller.record().out_of_bag_samples == 0);
  CHECK(std::isnan(controller.record().out_of_bag_quality));
  CHECK_FALSE(std::isnan(controller.record().quality));
}

TEST_CASE("JobController: a member that stopped says so and is not measured") {
  OneJob<> job;
  job.optimizer.schedule.rate_per_256 = 1e30;
  job.optimizer.schedule.warm_up_share = 0;
  auto controller = job.controller();
  controller.train(nobody_watches);
  controller.evaluate();

  CHECK_FALSE(controller.record().completed());
  CHECK(controller.record().stopped.starts_with("the loss is not finite at epoch 1, step "));
  CHECK(std::isnan(controller.record().quality));
  CHECK(controller.predictions().samples == 0);
}

TEST_CASE("JobController: a batch larger than the bootstrap is a usage error that names both") {
  OneJob<> job;
  job.bootstrap.samples.resize(100);
  job.plan.fit.batch = 101;
  job.plan.batch = batch_plan(101, std::nullopt, 1);

  CHECK_THROWS_WITH_AS(
      job.controller(),
      "--batch 101: job 3's bootstrap has only 100 samples; the batch must be at most that",
      UsageError);
}

namespace {

/// What ends a training in its midst, as a kill does.
struct Killed {};

/// Trains until so many steps are done in this run.
template <class Controller>
void train_and_die(Controller& controller, int steps) {
  CHECK_THROWS_AS(controller.train([&](FitProgress const&) {
    if (steps-- == 0) throw Killed{};
  }),
                  Killed);
}

}  // namespace

TEST_CASE("JobController: a training that died several times ends with the same bits") {
  std::optional<CropAndMirror> augmentation;
  SUBCASE("of images as they are") {}
  SUBCASE("of augmented images") { augmentation = CropAndMirror{.padding = 2}; }
  test::OutputFolder const folder;
  OneJob<> undisturbed;
  undisturbed.plan.fit.augmentation = augmentation;
  auto whole = undisturbed.controller();
  whole.train(nobody_watches);
  whole.evaluate();
  OneJob<> job;
  job.plan.fit.augmentation = augmentation;
  job.plan.checkpoint = {.file = folder / "checkpoint", .settings = "settings", .steps = 3};
  CHECK(job.controller().start() == "its first step");

  // Steps are saved in threes: 5 leave 3 behind, 4 more 6, 1 more nothing new.
  for (int const steps : {5, 4, 1}) {
    auto controller = job.controller();
    train_and_die(controller, steps);
  }
  int steps = 0;
  auto last = job.controller();
  CHECK(last.start() != "its first step");
  CHECK(last.start() == job.controller().start());
  last.train([&](FitProgress const&) { ++steps; });
  last.evaluate();

  Count const all = whole.record().samples_processed / 32;
  CHECK(steps == all - 6);
  CHECK(last.predictions() == whole.predictions());
  CHECK(last.record().final_loss == whole.record().final_loss);
  CHECK(last.record().out_of_bag_quality == whole.record().out_of_bag_quality);
  CHECK(last.record().samples_processed == whole.record().samples_processed);
  CHECK(whole.record().resumed == 0);
  CHECK(whole.record().checkpoint_seconds == 0);
  // The run that saved nothing new left no trace.
  CHECK(last.record().resumed == 2);
  CHECK(last.record().checkpoint_seconds > 0);
  CHECK(last.record().started_unix < last.record().finished_unix);
}

TEST_CASE("JobController: one that died after its last step only evaluates, with the same bits") {
  test::OutputFolder const folder;
  OneJob<> job;
  job.plan.checkpoint = {.file = folder / "checkpoint", .settings = "settings"};
  auto first = job.controller();
  first.train(nobody_watches);
  first.evaluate();

  auto second = job.controller();
  second.train([](FitProgress const&) { FAIL("trained again"); });
  second.evaluate();

  CHECK(second.predictions() == first.predictions());
  CHECK(second.record().final_loss == first.record().final_loss);
  CHECK(second.record().samples_processed == first.record().samples_processed);
  CHECK(second.record().seconds >= 0.9 * first.record().seconds);
}

TEST_CASE("JobController: a checkpoint of other settings is refused") {
  test::OutputFolder const folder;
  OneJob<> job;
  job.plan.checkpoint = {.file = folder / "checkpoint", .settings = "seed 7"};
  job.controller().train(nobody_watches);
  job.plan.checkpoint.settings = "seed 8";

  CHECK_THROWS_WITH_AS(job.controller(), doctest::Contains("asked for: seed 8"), OutputError);
}

TEST_CASE("JobController: without steps between checkpoints none is written, but one is resumed") {
  test::OutputFolder const folder;
  OneJob<> job;
  job.plan.checkpoint = {.file = folder / "checkpoint", .settings = "settings", .steps = 0};
  job.controller().train(nobody_watches);
  CHECK(test::names_in(folder.path()).empty());
  job.plan.checkpoint.steps = 2;
  auto controller = job.controller();
  train_and_die(controller, 3);
  std::string const saved = test::read_bytes(folder / "checkpoint");
  job.plan.checkpoint.steps = 0;

  auto resumed = job.controller();
  resumed.train(nobody_watches);

  CHECK(resumed.record().resumed == 1);
  CHECK(test::read_bytes(folder / "checkpoint") == saved);
}

TEST_CASE("JobController: a checkpoint that cannot be written ends the training with an error") {
  test::OutputFolder const folder;
  test::write_bytes(folder / "file", "");
  OneJob<> job;
  auto controller = job.controller();
  job.plan.checkpoint = {.file = folder / "file/checkpoint", .settings = "settings", .steps = 1};
  auto saving = job.controller();

  CHECK_THROWS_WITH_AS(saving.train(nobody_watches), doctest::Contains((folder / "file").c_str()),
                       OutputError);
}

}  // namespace ai500::testing
