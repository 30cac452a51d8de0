// SPDX-License-Identifier: Apache-2.0
/// @file The benchmark as a type: six policies, and the paper's six steps over them.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ai500/bagging/job_controller.hpp>
#include <ai500/collectives/agree.hpp>
#include <ai500/configuration/run_settings.hpp>
#include <ai500/core/described.hpp>
#include <ai500/devices/cores.hpp>
#include <ai500/graph/flops.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/metrics/valid_flops.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/parallelism/parallelism_controller.hpp>
#include <ai500/precision/policy.hpp>
#include <ai500/reports/files.hpp>
#include <ai500/reports/member_folder.hpp>
#include <ai500/reports/progress.hpp>
#include <ai500/reports/rates.hpp>
#include <ai500/reports/report.hpp>
#include <ai500/samplers/policy.hpp>
#include <ai500/version.hpp>
#include <ai500/workloads/policy.hpp>

namespace ai500 {

/// The kernels compute in the precision's number types.
template <class Kernels, class Precision>
concept ComputesIn = Kernels::Traits::computes_in(Types{
    number_type<typename Precision::compute>, number_type<typename Precision::accumulate>});

/// The optimizer updates parameters of the precision's type on the device of the workload's
/// kernels.
template <class Optimizer, class Workload, class Precision>
concept OptimizesOn =
    OptimizerPolicy<Optimizer, typename Workload::Kernels::Device, typename Precision::accumulate>;

/// HPC AI500 V3.0: an ensemble of M base models, each trained on its own bootstrap by P_degree
/// ranks. Policies are values: their hyper-parameters may be changed before `run`. Any policy is
/// swapped by an alias, as in `Benchmark::with_sampler<samplers::MultinomialBootstrap>`.
template <WorkloadPolicy Workload, SamplerPolicy Sampler, class Optimizer,
          PrecisionPolicy Precision, ParallelModePolicy ParallelMode, CollectivePolicy Collective>
  requires OptimizesOn<Optimizer, Workload, Precision> &&
      ComputesIn<typename Workload::Kernels, Precision>
struct Ensemble {
  using WorkloadType = Workload;
  using CollectiveType = Collective;
  using Kernels = typename Workload::Kernels;
  using Dataset = typename Workload::Dataset;
  using Session = typename Collective::Session;
  using World = typename Collective::Communicator;

  Workload workload{};
  Sampler sampler{};
  Optimizer optimizer{};

  template <WorkloadPolicy W>
  using with_workload = Ensemble<W, Sampler, Optimizer, Precision, ParallelMode, Collective>;
  template <SamplerPolicy S>
  using with_sampler = Ensemble<Workload, S, Optimizer, Precision, ParallelMode, Collective>;
  template <class O>
  using with_optimizer = Ensemble<Workload, Sampler, O, Precision, ParallelMode, Collective>;
  template <PrecisionPolicy P>
  using with_precision = Ensemble<Workload, Sampler, Optimizer, P, ParallelMode, Collective>;
  template <ParallelModePolicy M>
  using with_parallel_mode = Ensemble<Workload, Sampler, Optimizer, Precision, M, Collective>;
  template <CollectivePolicy C>
  using with_collective = Ensemble<Workload, Sampler, Optimizer, Precision, ParallelMode, C>;
  template <AggregationPolicy A>
  using with_aggregation = with_workload<typename Workload::template with_aggregation<A>>;

  /// Section 3.3, steps 1 to 6. Collective over the ranks of the world. A member that an earlier
  /// run finished with the same settings is not trained again.
  /// @return the report of the members that are there; on rank 0 only, and not with `--job`
  /// @throws AgreedError on all ranks: what was asked for cannot be, data or output are unusable
  [[gnu::cold]] std::optional<Report> run(Configuration const& asked, World& world) const {
    // 1: the user's configuration, completed and checked. 2: job -> ranks -> nodes.
    std::vector<std::string> const hosts = world.allgather(host_name());
    int const cores = cores_a_rank(world);
    std::string const run = world.bcast(run_identity(), 0);
    RunSettings settings;
    Placement placement;
    agree(world, [&] {
      settings = complete(asked, defaults(cores), world.size());
      placement = asked.job ? place_member(settings.shape, *asked.job, hosts)
                            : place(settings.shape, hosts);
      if (world.rank() == 0) prepare_output(asked.output);
    });
    Job const job = static_cast<Job>(placement.job_of(world.rank()));
    World job_ranks = world.split(static_cast<int>(job));

    // 3: the job's bootstrap. 4: the data stay where they are; each rank reads its own samples.
    typename Kernels::Device device = Kernels::Traits::make_device(settings.threads);
    std::optional<Dataset> dataset;
    std::optional<Controller> controller;
    agree(world, [&] {
      dataset.emplace(load_data(asked));
      if (is_finished(asked.output, job, settings, *dataset)) return;
      controller.emplace(device, workload, *dataset, optimizer,
                         draw_bootstrap(sampler, settings.seed, job, dataset->size(Split::train)),
                         job_plan(settings, job, *dataset), job_ranks);
    });

    // 5: the jobs train side by side from one barrier; a member is on disk before any other is
    // needed.
    world.barrier();
    if (controller) {
      controller->train(Progress(world.rank() == 0, job, settings.batch.batch));
      controller->evaluate();
    }
    agree(world, [&] {
      if (controller && job_ranks.rank() == 0)
        save_member(asked.output, record(*controller, settings, *dataset, run),
                    controller->predictions());
    });

    // 6: the members vote.
    std::optional<Report> report;
    agree(world, [&] {
      if (world.rank() == 0 && !asked.job)
        report = aggregate(asked.output, *dataset, settings.shape.ensemble_size);
    });
    return report;
  }

  /// Step 6: the vote of the members that `output` holds, in job order, whichever runs trained
  /// them.
  /// @param ensemble_size M, if known: members that a run with a larger M left behind do not vote
  /// @throws OutputError when none is there, one is damaged, or two were trained with different
  /// settings
  [[gnu::cold]] Report aggregate(std::string const& output, Dataset const& dataset,
                                 std::optional<int> ensemble_size = std::nullopt) const {
    std::vector<MemberRecord> kept;
    std::vector<Predictions> votes;
    Report report = composition();
    for (SavedMember& member : load_members(output)) {
      if (ensemble_size && member.record.job >= static_cast<Job>(*ensemble_size)) continue;
      report.members.push_back(member.record);
      if (!member.record.completed()) continue;
      kept.push_back(member.record);
      votes.push_back(std::move(member.predictions));
    }
    state_settings(report, output);
    if (ensemble_size) report.ensemble_size = *ensemble_size;
    report.scale = report.ensemble_size * report.parallelism_degree;
    report.members_kept = static_cast<int>(kept.size());
    if (kept.empty()) return report;  // M' = 0: nothing was achieved, and the report says so

    Rates const measured = rates(kept, report.training_flops_per_sample);
    report.timing = measured.timing;
    report.training_seconds = measured.training_seconds;
    report.epoch_seconds = measured.training_seconds / report.epochs;
    report.samples_per_second = measured.samples_per_second;
    report.samples_per_second_per_member = measured.samples_per_second_per_member;
    report.flops = measured.flops;

    Predictions const vote = Workload::Aggregation::aggregate(votes);
    Report::Quality& quality = report.quality;
    quality.achieved = workload.quality(vote, test_labels(dataset, vote.samples));
    quality.penalty_coefficient =
        penalty_coefficient(quality.achieved, quality.target, quality.exponent);
    report.valid_flops = valid_flops(report.flops, quality.penalty_coefficient);
    report.mean_member_quality = mean_quality(kept);
    report.passed = quality.achieved >= quality.target;
    return report;
  }

  /// The data set in the folder that the configuration names, or in its usual one.
  /// @throws DataError
  static Dataset load_data(Configuration const& asked) {
    return Dataset::load(asked.data.empty() ? std::string(Dataset::default_folder) : asked.data);
  }

  /// The policies by name, the model, the data set, the kernels, and what quality is asked for:
  /// what the type says, before anything is run.
  [[gnu::cold]] Report composition() const {
    Report report;
    report.version = version;
    report.policies = {.workload = std::string(Workload::name),
                       .sampler = described(sampler),
                       .optimizer = described(optimizer),
                       .precision = std::string(Precision::name),
                       .parallel_mode = std::string(ParallelMode::name),
                       .collective = std::string(Collective::name),
                       .aggregation = std::string(Workload::Aggregation::name)};
    report.model = Workload::Model::name;
    report.dataset = Dataset::name;
    report.kernels = Kernels::name();
    report.layout = Kernels::Traits::layout;
    report.instruction_set = name(devices::instruction_set());
    report.precision = {
        .compute = std::string(name(number_type<typename Precision::compute>)),
        .accumulate = std::string(name(number_type<typename Precision::accumulate>)),
        .message = std::string(name(number_type<typename Precision::message>))};
    report.flop_rules = flop_rules::TableThree::name;
    report.training_flops_per_sample = flop_count().training;
    report.quality = {.metric = std::string(Workload::metric),
                      .target = workload.recipe.target_top1,
                      .exponent = Workload::exponent};
    std::vector<Library> libraries{{"messages", Collective::library()}};
    if constexpr (requires { Kernels::Traits::library(); })
      libraries.push_back({"kernels", Kernels::Traits::library()});
    report.environment = this_environment(std::move(libraries));
    return report;
  }

  /// The FLOPs of one image, by the rules of Table 3.
  FlopCount flop_count() const { return flops(workload.graph()); }

 private:
  using Controller = JobController<Workload, Precision, Optimizer, ParallelMode, World>;

  Defaults defaults(int cores) const {
    return {.epochs = workload.recipe.epochs,
            .batch = workload.recipe.batch,
            .accelerators_a_node = 1,
            .cores_a_rank = cores,
            .threaded = Kernels::Traits::threaded};
  }

  /// The cores of this rank's affinity mask, divided by the ranks of its host that have the same
  /// mask.
  [[gnu::cold]] static int cores_a_rank(World& world) {
    CoreSet const cores = available_cores();
    std::string const mine = host_name() + " " + cores.list;
    std::vector<std::string> const all = world.allgather(mine);
    return std::max(1, cores.count / static_cast<int>(std::ranges::count(all, mine)));
  }

  /// Proves that results can be written before anything is trained, and sweeps what a killed run
  /// left half written.
  [[gnu::cold]] static void prepare_output(std::string const& output) {
    ensure_writable_folder(output);
    remove_stale_temporaries(output);
    for (Job const job : finished_members(output))
      remove_stale_temporaries(member_folder(output, job));
  }

  [[gnu::cold]] static JobPlan job_plan(RunSettings const& settings, Job job,
                                        Dataset const& dataset) {
    JobPlan plan{.fit = {.seed = settings.seed,
                         .job = job,
                         .epochs = settings.epochs,
                         .batch = settings.batch.batch},
                 .batch = settings.batch};
    plan.test_samples = dataset.size(Split::test);
    if (settings.quick) {
      plan.fit.steps_an_epoch = quick_steps;
      plan.test_samples = std::min(plan.test_samples, quick_samples);
    }
    plan.out_of_bag_samples = plan.test_samples;
    return plan;
  }

  /// All that determines a member's bits but its number, in words: equal for the members of an
  /// ensemble. M is not in it.
  [[gnu::cold]] std::string canonical(RunSettings const& settings, Dataset const& dataset) const {
    Report const report = composition();
    std::string text = "ai500 " + report.version;
    for (std::string const& part :
         {report.policies.workload, report.model, report.dataset, report.kernels, report.layout,
          report.instruction_set, report.policies.sampler, report.policies.optimizer,
          report.policies.precision, report.policies.parallel_mode})
      text += "; " + part;
    text += "; training samples " + std::to_string(dataset.size(Split::train)) + "; P_degree " +
            std::to_string(settings.shape.parallelism_degree) + "; batch " +
            std::to_string(settings.batch.batch) + "; micro-batch " +
            std::to_string(settings.batch.micro_batch) + "; epochs " +
            std::to_string(settings.epochs) + "; threads " + std::to_string(settings.threads) +
            "; seed " + std::to_string(settings.seed);
    return settings.quick ? text + "; quick" : text;
  }

  /// Whether an earlier run has trained this member with these settings.
  /// @throws OutputError when it has trained it with others
  [[gnu::cold]] bool is_finished(std::string const& output, Job job, RunSettings const& settings,
                                 Dataset const& dataset) const {
    if (!member_is_finished(output, job)) return false;
    std::string const found = load_member(output, job).record.settings;
    std::string const wanted = canonical(settings, dataset);
    if (found == wanted) return true;
    throw OutputError(
        member_folder(output, job) + " holds a member trained with other settings:\n  " + found +
        "\nthan now asked for:\n  " + wanted + "\nGive another --output or remove that folder.");
  }

  [[gnu::cold]] MemberRecord record(Controller const& controller, RunSettings const& settings,
                                    Dataset const& dataset, std::string const& run) const {
    MemberRecord record = controller.record();
    record.ensemble_size = settings.shape.ensemble_size;
    record.parallelism_degree = settings.shape.parallelism_degree;
    record.batch = settings.batch.batch;
    record.micro_batch = settings.batch.micro_batch;
    record.epochs = settings.epochs;
    record.threads = settings.threads;
    record.seed = settings.seed;
    record.quick = settings.quick;
    record.settings = canonical(settings, dataset);
    record.run = run;
    record.host = host_name();
    return record;
  }

  /// Fills in what the members say they were trained with.
  /// @throws OutputError when there is none, or two differ
  [[gnu::cold]] static void state_settings(Report& report, std::string const& output) {
    if (report.members.empty())
      throw OutputError(output + ": holds no finished member; train one first");
    MemberRecord const& first = report.members.front();
    report.parallelism_degree = first.parallelism_degree;
    report.batch = first.batch;
    report.micro_batch = first.micro_batch;
    report.epochs = first.epochs;
    report.threads = first.threads;
    report.seed = first.seed;
    report.quick = first.quick;
    for (MemberRecord const& member : report.members) {
      if (member.settings != first.settings)
        throw OutputError(output + ": members " + std::to_string(first.job) + " and " +
                          std::to_string(member.job) +
                          " were trained with different settings and cannot vote together:\n  " +
                          first.settings + "\n  " + member.settings);
      report.ensemble_size = std::max(report.ensemble_size, member.ensemble_size);
      report.preparation_seconds = std::max(report.preparation_seconds, member.preparation_seconds);
      report.evaluation_seconds = std::max(report.evaluation_seconds, member.evaluation_seconds);
    }
  }

  [[gnu::cold]] static std::vector<int> test_labels(Dataset const& dataset, Count samples) {
    std::vector<int> labels;
    for (Count sample = 0; sample < samples; ++sample)
      labels.push_back(dataset.label(Split::test, static_cast<Sample>(sample)));
    return labels;
  }

  static double mean_quality(std::vector<MemberRecord> const& members) {
    double sum = 0;
    for (MemberRecord const& member : members) sum += member.quality;
    return sum / static_cast<double>(members.size());
  }

  /// Tells this run from others: when it began, where, by which process.
  [[gnu::cold]] static std::string run_identity() {
    return host_name() + "-" + std::to_string(getpid()) + "-" +
           std::to_string(static_cast<long long>(unix_seconds() * 1e6));
  }
};

}  // namespace ai500
