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
#include <ai500/training/evaluator.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/member_record.hpp>
#include <ai500/training/trainer.hpp>

namespace ai500 {

/// What one job is given: everything that determines its member.
struct JobPlan {
  FitPlan fit;
  BatchPlan batch;
  Count test_samples = 0;        ///< that the member is measured on, from the first
  Count out_of_bag_samples = 0;  ///< at most
};

/// One job: prepare (the constructor), `connect`, `train`, `evaluate`. Each rank of the job has
/// one; `record` and `predictions` are the same on all of them.
template <class Workload, class Precision, class Optimizer, class ParallelMode, Communicator C>
class JobController {
 public:
  using Dataset = typename Workload::Dataset;
  using Kernels = typename Workload::Kernels;
  using Device = typename Kernels::Device;

  /// Prepares the base model: initial parameters, the network for training and the one for
  /// evaluation.
  /// @param dataset, device must outlive the controller
  /// @throws UsageError when the batch is larger than the bootstrap; whatever preparing the
  /// networks throws
  [[gnu::cold]] JobController(Device& device, Workload const& workload, Dataset const& dataset,
                              Optimizer const& optimizer, Bootstrap bootstrap, JobPlan const& plan,
                              C communicator)
      : device_(device),
        workload_(workload),
        dataset_(dataset),
        optimizer_(optimizer),
        bootstrap_(std::move(bootstrap)),
        plan_(plan),
        communicator_(std::move(communicator)),
        start_(std::chrono::steady_clock::now()),
        state_(initial_state<typename Precision::accumulate>(device, workload.graph(),
                                                             plan.fit.seed, plan.fit.job)),
        trainer_(device, workload.graph(), plan.batch, optimizer, communicator_, state_),
        evaluator_(device, workload.graph(), plan.batch.micro_batch, state_) {
    Count const size = static_cast<Count>(bootstrap_.samples.size());
    if (plan.batch.batch > size)
      throw UsageError("--batch " + std::to_string(plan.batch.batch) + ": job " +
                       std::to_string(plan.fit.job) + "'s bootstrap has only " +
                       std::to_string(size) + " samples; the batch must be at most that");
    record_.job = plan.fit.job;
    record_.samples = size;
    record_.distinct_samples = bootstrap_.distinct;
    record_.preparation_seconds = seconds_since(start_);
  }
  JobController(JobController const&) = delete;
  JobController& operator=(JobController const&) = delete;

  /// Joins the job's ranks for their reductions. Collective over the job.
  [[gnu::cold]] void connect() {
    auto const start = std::chrono::steady_clock::now();
    trainer_.connect();
    record_.preparation_seconds += seconds_since(start);
  }

  /// Trains; the caller has just left a barrier of all ranks. Collective over the job.
  /// @param progress called with a FitProgress after each step
  template <class Progress>
  void train(Progress&& progress) {
    record_.started_unix = unix_seconds();
    auto const start = std::chrono::steady_clock::now();
    FitResult const fitted =
        fit(trainer_, dataset_, bootstrap_.samples, plan_.fit, optimizer_, progress);
    device_.synchronize();
    record_.seconds = communicator_.maximum(seconds_since(start));
    record_.finished_unix = communicator_.maximum(unix_seconds());
    record_.reductions = mean_over_ranks(trainer_.reduction_cost());
    record_.samples_processed = fitted.samples_processed;
    record_.final_loss = fitted.final_loss;
    record_.stopped = fitted.stopped;
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

  [[gnu::cold]] ReductionCost mean_over_ranks(ReductionCost cost) {
    std::array<double, 2> seconds{cost.hidden_seconds, cost.exposed_seconds};
    communicator_.allreduce(View<double>(seconds.data(), 2));
    cost.hidden_seconds = seconds[0] / communicator_.size();
    cost.exposed_seconds = seconds[1] / communicator_.size();
    return cost;
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
};

}  // namespace ai500
