// SPDX-License-Identifier: Apache-2.0
/// @file JOB CONTROLLER (section 3.3, step 5): trains one base model with the ranks of its job and
/// measures it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ai500/aggregation/predictions.hpp>
#include <ai500/bagging/data_sampler.hpp>
#include <ai500/core/clock.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/training/checkpoint.hpp>
#include <ai500/training/evaluator.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/member_record.hpp>
#include <ai500/training/trainer.hpp>

namespace ai500 {

/// What one job is given: everything that determines its member, and where its training is saved.
struct JobPlan {
  FitPlan fit;
  BatchPlan batch;
  Count test_samples = 0;        ///< that the member is measured on, from the first
  Count out_of_bag_samples = 0;  ///< at most
  CheckpointPlan checkpoint{};
  Choices choices{};          ///< of the ways in which kernels compute
  double tuning_seconds = 0;  ///< that the choices took: a part of the preparation
};

namespace detail {

/// The plan, when its batch is no larger than the bootstrap: found before a network for it is made.
inline JobPlan const& fitting(JobPlan const& plan, Bootstrap const& bootstrap) {
  Count const size = static_cast<Count>(bootstrap.samples.size());
  if (plan.batch.batch > size)
    throw UsageError("--batch " + std::to_string(plan.batch.batch) + ": job " +
                     std::to_string(plan.fit.job) + "'s bootstrap has only " +
                     std::to_string(size) + " samples; the batch must be at most that");
  return plan;
}

}  // namespace detail

/// One job: prepare (the constructor), `connect`, `train`, `evaluate`. Each rank of the job has
/// one; `record` and `predictions` are the same on all of them.
template <class Workload, class Precision, class Optimizer, class ParallelMode, Communicator C>
class JobController {
 public:
  using Dataset = typename Workload::Dataset;
  using Kernels = typename Workload::Kernels;
  using Device = typename Kernels::Device;

  /// Prepares the base model: initial parameters, the network for training and the one for
  /// evaluation. Where the plan's checkpoint is there, the training will go on from it.
  /// @param dataset, device must outlive the controller
  /// @throws UsageError when the batch is larger than the bootstrap; OutputError when there is a
  /// checkpoint that is not this training's; whatever preparing the networks throws
  [[gnu::cold]] JobController(Device& device, Workload const& workload, Dataset const& dataset,
                              Optimizer const& optimizer, Bootstrap bootstrap, JobPlan const& plan,
                              C communicator)
      : device_(device),
        workload_(workload),
        dataset_(dataset),
        optimizer_(optimizer),
        bootstrap_(std::move(bootstrap)),
        plan_(detail::fitting(plan, bootstrap_)),
        communicator_(std::move(communicator)),
        start_(std::chrono::steady_clock::now()),
        state_(initial_state<typename Precision::accumulate>(device, workload.graph(),
                                                             plan.fit.seed, plan.fit.job)),
        trainer_(device, workload.graph(), plan.batch, optimizer, communicator_, state_,
                 plan.choices),
        evaluator_(device, workload.graph(), plan.batch.micro_batch, state_, plan.choices) {
    record_.job = plan.fit.job;
    record_.samples = static_cast<Count>(bootstrap_.samples.size());
    record_.distinct_samples = bootstrap_.distinct;
    if (!plan_.checkpoint.file.empty() && file_exists(plan_.checkpoint.file)) resume();
    record_.preparation_seconds = plan_.tuning_seconds + seconds_since(start_);
  }
  JobController(JobController const&) = delete;
  JobController& operator=(JobController const&) = delete;

  /// Where the training will begin, in words that are equal on all ranks of the job if they read
  /// the same.
  std::string start() const { return start_text_; }

  /// Joins the job's ranks for their reductions. Collective over the job.
  [[gnu::cold]] void connect() {
    auto const start = std::chrono::steady_clock::now();
    trainer_.connect();
    record_.preparation_seconds += seconds_since(start);
  }

  /// Trains, from the checkpoint that was found or from the first step; the caller has just left a
  /// barrier of all ranks. Collective over the job. While a checkpoint is written the clock of the
  /// training stands still.
  /// @param progress called with a FitProgress after each step
  /// @throws OutputError on the rank that cannot write a checkpoint; the others wait for it
  template <class Progress>
  void train(Progress&& progress) {
    if (record_.resumed == 0) record_.started_unix = unix_seconds();
    double const seconds_before = record_.seconds;
    double pauses = 0;
    auto const start = std::chrono::steady_clock::now();
    auto const trained = [&] { return seconds_before + seconds_since(start) - pauses; };
    auto save_when_due = [&](FitProgress const& now) {
      progress(now);
      if (checkpoint_is_due(plan_.checkpoint, now)) pauses += save(now, trained());
    };
    struct {
      CheckpointPlan const& checkpoint;
      decltype(save_when_due)& then;

      bool stops_for(FitProgress const& now) const { return checkpoint_is_due(checkpoint, now); }
      void operator()(FitProgress const& now) { then(now); }
    } watch{plan_.checkpoint, save_when_due};
    FitResult const fitted =
        fit(trainer_, dataset_, bootstrap_.samples, plan_.fit, optimizer_, watch);
    device_.synchronize();
    record_.seconds = communicator_.maximum(trained());
    record_.checkpoint_seconds = communicator_.maximum(record_.checkpoint_seconds);
    record_.finished_unix = communicator_.maximum(unix_seconds());
    record_.reductions = reductions_so_far();
    record_.samples_processed = fitted.samples_processed;
    record_.final_loss = fitted.final_loss;
    record_.stopped = fitted.stopped;
    record_.skipped_steps = trainer_.skipped_steps();
    record_.recorded_steps = trainer_.recorded_steps();
  }

  /// Measures the member on the test set and on samples it never saw. A member that stopped is not
  /// measured. Collective over the job.
  [[gnu::cold]] void evaluate() {
    if (!record_.stopped.empty()) return;
    auto const start = std::chrono::steady_clock::now();
    std::vector<Sample> test(static_cast<std::size_t>(plan_.test_samples));
    for (std::size_t i = 0; i < test.size(); ++i) test[i] = static_cast<Sample>(i);
    predictions_ = predict(Split::test, test);
    record_.quality = quality(predictions_, Split::test, test);
    std::vector<Sample> const unseen = some_out_of_bag();
    record_.out_of_bag_samples = static_cast<Count>(unseen.size());
    if (!unseen.empty())
      record_.out_of_bag_quality = quality(predict(Split::train, unseen), Split::train, unseen);
    record_.evaluation_seconds = communicator_.maximum(seconds_since(start));
  }

  MemberRecord const& record() const { return record_; }
  Predictions const& predictions() const { return predictions_; }  ///< on the test samples

 private:
  using State = ModelState<typename Precision::accumulate, Device>;

  /// What reductions have cost in all runs, the mean over the ranks. Collective over the job.
  [[gnu::cold]] ReductionCost reductions_so_far() {
    ReductionCost cost = trainer_.reduction_cost();
    std::array<double, 2> seconds{cost.hidden_seconds, cost.exposed_seconds};
    communicator_.allreduce(View<double>(seconds.data(), 2));
    cost.hidden_seconds = seconds[0] / communicator_.size();
    cost.exposed_seconds = seconds[1] / communicator_.size();
    return continued(reductions_before_, std::move(cost));
  }

  /// Numbers of the training, as the host sees them.
  struct NamedMirror {
    std::string name;
    Mirror<typename Precision::accumulate, Device> mirror;
  };

  /// All numbers that determine the rest of the training.
  [[gnu::cold]] std::vector<NamedMirror> numbers() {
    std::vector<NamedMirror> all;
    auto add = [&](std::string name, View<typename Precision::accumulate, Device> values) {
      all.push_back({std::move(name), {device_, values}});
    };
    add("parameters", state_.parameters.view());
    add("running_statistics", state_.running_statistics.view());
    for (auto const& [name, values] : trainer_.buffers())
      add("optimizer." + std::string(name), values);
    return all;
  }

  [[gnu::cold]] static std::vector<TrainingBuffer> buffers(
      std::vector<NamedMirror> const& numbers) {
    std::vector<TrainingBuffer> all;
    for (auto const& [name, mirror] : numbers) all.push_back(training_buffer(name, mirror.host()));
    return all;
  }

  [[gnu::cold]] void resume() {
    std::vector<NamedMirror> all = numbers();
    Checkpoint const found = load_checkpoint(plan_.checkpoint, plan_.fit.job, buffers(all));
    for (auto& [name, mirror] : all) mirror.upload();
    plan_.fit.start = found.position;
    record_.seconds = found.seconds;
    record_.checkpoint_seconds = found.checkpoint_seconds;
    record_.started_unix = found.started_unix;
    record_.resumed = found.resumed + 1;
    reductions_before_ = found.reductions;
    start_text_ = "the checkpoint with hash " + found.hash + " behind " +
                  std::to_string(found.position.samples_processed) + " samples";
  }

  /// Writes a checkpoint while the other ranks wait.
  /// @param seconds of training until now, on this rank
  /// @return the seconds that this rank has not trained meanwhile
  [[gnu::cold]] double save(FitProgress const& now, double seconds) {
    device_.synchronize();
    // Waiting for the slowest rank belongs to the training: the pause begins behind it.
    record_.seconds = communicator_.maximum(seconds);
    auto const start = std::chrono::steady_clock::now();
    ReductionCost const reductions = reductions_so_far();
    if (communicator_.rank() == 0) {
      std::vector<NamedMirror> all = numbers();
      for (auto& [name, mirror] : all) mirror.download();
      save_checkpoint(plan_.checkpoint.file,
                      {.job = plan_.fit.job,
                       .settings = plan_.checkpoint.settings,
                       .position = position_behind(now, plan_.fit.batch),
                       .seconds = record_.seconds,
                       .checkpoint_seconds = record_.checkpoint_seconds,
                       .started_unix = record_.started_unix,
                       .resumed = record_.resumed,
                       .reductions = reductions},
                      buffers(all));
    }
    communicator_.barrier();
    double const pause = seconds_since(start);
    record_.checkpoint_seconds += pause;
    return pause;
  }

  Predictions predict(Split split, std::span<Sample const> samples) {
    return {.samples = static_cast<Count>(samples.size()),
            .classes = Dataset::classes,
            .probabilities = evaluator_.probabilities(dataset_, split, samples, communicator_)};
  }

  double quality(Predictions const& predictions, Split split,
                 std::span<Sample const> samples) const {
    std::vector<int> labels;
    labels.reserve(samples.size());
    for (Sample sample : samples) labels.push_back(dataset_.label(split, sample));
    return workload_.quality(predictions, labels);
  }

  /// At most `plan.out_of_bag_samples` of those never drawn, spread evenly over them.
  [[gnu::cold]] std::vector<Sample> some_out_of_bag() const {
    std::size_t const all = bootstrap_.out_of_bag.size();
    std::size_t const count = std::min(all, static_cast<std::size_t>(plan_.out_of_bag_samples));
    std::vector<Sample> some(count);
    for (std::size_t i = 0; i < count; ++i) some[i] = bootstrap_.out_of_bag[i * all / count];
    return some;
  }

  Device& device_;
  Workload const& workload_;
  Dataset const& dataset_;
  Optimizer const& optimizer_;
  Bootstrap bootstrap_;
  JobPlan plan_;
  C communicator_;
  std::chrono::steady_clock::time_point start_;
  State state_;
  Trainer<Kernels, Precision, Optimizer, ParallelMode, C> trainer_;
  Evaluator<Kernels, Precision> evaluator_;
  MemberRecord record_;
  Predictions predictions_;
  ReductionCost reductions_before_;  // in earlier runs
  std::string start_text_ = "its first step";
};

}  // namespace ai500
