// SPDX-License-Identifier: Apache-2.0
/// @file The benchmark as a type: six policies, and the paper's six steps over them.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ai500/bagging/job_controller.hpp>
#include <ai500/collectives/agree.hpp>
#include <ai500/collectives/host_name.hpp>
#include <ai500/configuration/run_settings.hpp>
#include <ai500/core/described.hpp>
#include <ai500/devices/accelerator.hpp>
#include <ai500/devices/cores.hpp>
#include <ai500/kernels/choices.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/parallelism/data_duplicator.hpp>
#include <ai500/parallelism/parallelism_controller.hpp>
#include <ai500/precision/policy.hpp>
#include <ai500/reports/composition.hpp>
#include <ai500/reports/ensemble_report.hpp>
#include <ai500/reports/member_folder.hpp>
#include <ai500/reports/progress.hpp>
#include <ai500/samplers/policy.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/training/tuning.hpp>
#include <ai500/workloads/policy.hpp>

namespace ai500 {

/// The kernels compute in the precision's number types.
template <class Kernels, class Precision>
concept ComputesIn = Kernels::Traits::computes_in(types_of<Precision>);

/// The optimizer updates parameters of the precision's type on the device of the workload's
/// kernels.
template <class Optimizer, class Workload, class Precision>
concept OptimizesOn =
    OptimizerPolicy<Optimizer, typename Workload::Kernels::Device, typename Precision::accumulate>;

/// The collective sums the precision's numbers on the device of the workload's kernels and sends
/// them as the precision's messages.
template <class Collective, class Workload, class Precision>
concept SumsOn = ReducesOn<typename Collective::Communicator, typename Workload::Kernels::Device,
                           typename Precision::accumulate, typename Precision::message>;

/// HPC AI500 V3.0: an ensemble of M base models, each trained on its own bootstrap by P_degree
/// ranks. Policies are values: their hyper-parameters may be changed before `run`. Any policy is
/// swapped by an alias, as in `Benchmark::with_sampler<samplers::MultinomialBootstrap>`.
template <WorkloadPolicy Workload, SamplerPolicy Sampler, class Optimizer,
          PrecisionPolicy Precision, ParallelModePolicy ParallelMode, CollectivePolicy Collective>
  requires OptimizesOn<Optimizer, Workload, Precision> &&
      ComputesIn<typename Workload::Kernels, Precision> && SumsOn<Collective, Workload, Precision>
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
  /// run finished with the same settings is not trained again; one that it was interrupted in goes
  /// on from its checkpoint.
  /// @return the report of the members that are there; on rank 0 only, and not with `--job`
  /// @throws AgreedError on all ranks: what was asked for cannot be, data or output are unusable
  [[gnu::cold]] std::optional<Report> run(Configuration const& asked, World& world) const {
    // 1: the user's configuration, completed and checked. 2: job -> ranks -> nodes.
    std::vector<std::string> const hosts = world.allgather(host_name());
    int const cores = cores_a_rank(hosts, world.allgather(available_cores().list));
    int const accelerators = accelerators_a_node(ranks_a_host(hosts));
    std::string const run = world.bcast(run_identity(), 0);
    RunSettings settings;
    Placement placement;
    agree(world, [&] {
      settings = complete(asked, defaults(cores, accelerators), world.size());
      placement = asked.job ? place_member(settings.shape, *asked.job, hosts)
                            : place(settings.shape, hosts);
      if (world.rank() == 0) prepare_output(asked.output);
    });
    Job const job = static_cast<Job>(placement.job_of(world.rank()));
    Device device = own_device(asked, settings, hosts, world);
    if constexpr (AttachesTo<World, Device>) world.attach(device);
    World job_ranks = world.split(static_cast<int>(job));
    std::string const devices = counted_texts(job_ranks.allgather(description_of(device)));

    Tuning const tuning = tune(asked, settings, device, world);

    // 3: the job's bootstrap. 4: the data, in place or duplicated once a node; each rank reads its
    // own samples.
    DataPlacement const data =
        place_data(world, hosts, data_folder(asked), Dataset::files, asked.scratch);
    std::optional<Dataset> dataset;
    std::optional<Controller> controller;
    std::string member;  // all that determines its bits
    agree(world, [&] {
      dataset.emplace(Dataset::load(data.folder));
      member = member_settings(composition(tuning.choices), settings, dataset->size(Split::train));
      if (is_finished(asked.output, job, member)) return;
      controller.emplace(
          device, workload, *dataset, optimizer,
          draw_bootstrap(sampler, settings.seed, job, dataset->size(Split::train)),
          job_plan(settings, job, *dataset,
                   {checkpoint_file(asked.output, job), member, asked.checkpoint_steps}, tuning),
          job_ranks);
    });
    std::vector<std::string> const starts =
        job_ranks.allgather(controller ? controller->start() : "finished");
    agree(world, [&] { require_one_start(job, starts); });

    // 5: each job joins its ranks; the jobs train side by side from one barrier; a member is on
    // disk before any other is needed.
    if (controller) controller->connect();
    world.barrier();
    if (controller) {
      controller->train(Progress(world.rank() == 0, job, settings.batch.batch));
      controller->evaluate();
    }
    agree(world, [&] {
      if (controller && job_ranks.rank() == 0)
        save_member(asked.output,
                    complete_record(controller->record(), settings, member, run, devices),
                    controller->predictions());
    });

    // 6: the members vote.
    std::optional<Report> report;
    agree(world, [&] {
      if (world.rank() != 0 || asked.job) return;
      report = aggregate(asked.output, *dataset, settings.shape.ensemble_size);
      report->data = data;
      report->kernels = composition(tuning.choices).kernels;
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
    Voters voters = load_voters(output, ensemble_size);
    Report report = unmeasured_report(composition(), workload.graph());
    state_members(report, std::move(voters.members), ensemble_size);
    if (voters.predictions.empty()) return report;
    Predictions const vote = Workload::Aggregation::aggregate(voters.predictions);
    state_quality(report, workload.quality(vote, test_labels(dataset, vote.samples)));
    return report;
  }

  /// Node_acc, of nodes that have so many ranks: each drives one accelerator. 1 on CPUs.
  static constexpr int accelerators_a_node(int ranks_a_node) {
    return Accelerator<typename Kernels::Device> ? ranks_a_node : 1;
  }

  /// The folder of the data set that the configuration names, or its usual one.
  static std::string data_folder(Configuration const& asked) {
    return asked.data.empty() ? std::string(Dataset::default_folder) : asked.data;
  }

  /// The programs of one rank as its kernels compute them, in words: steps, what was fused,
  /// layouts, memory. Runs nothing.
  /// @param scale Sys_scale, the ranks of the run
  /// @param ranks_a_node the most that a node of it has
  /// @throws UsageError as a run would
  [[gnu::cold]] std::string describe_programs(Configuration const& asked, int scale,
                                              int ranks_a_node) const {
    RunSettings const settings = complete(
        asked, defaults(available_cores().count, accelerators_a_node(ranks_a_node)), scale);
    typename Kernels::Device device =
        planning_device<typename Kernels::Traits>({.threads = settings.threads, .local_rank = 0});
    Choices choices;
    if (!asked.autotune.empty()) choices = choices_in(asked.autotune, made_with(settings, device));
    KernelTable const kernels = kernel_table<Kernels>(device, Training::types, choices);
    std::vector<Program> const all = programs(settings);
    std::string title = "Training, one step of a rank";
    if (settings.augmentation) title += ", images by " + described(settings.augmentation);
    return describe_fitted(title, all[0], kernels, Training::sizes) + "\n" +
           describe_fitted("Evaluation", all[1], kernels, Training::sizes);
  }

  /// The same, with the ways that were chosen for its kernels.
  [[gnu::cold]] Composition composition(Choices const& choices) const {
    Composition with = composition();
    with.kernels += describe(choices);
    return with;
  }

  /// What the type says, before anything is run.
  [[gnu::cold]] Composition composition() const {
    Composition composition{.workload = Workload::name,
                            .model = Workload::Model::name,
                            .dataset = Dataset::name,
                            .aggregation = Workload::Aggregation::name,
                            .kernels = Kernels::name(),
                            .layout = Kernels::Traits::layout,
                            .sampler = described(sampler),
                            .optimizer = described(optimizer),
                            .precision = Precision::name,
                            .compute = number_type<typename Precision::compute>,
                            .accumulate = number_type<typename Precision::accumulate>,
                            .message = number_type<typename Precision::message>,
                            .parallel_mode = ParallelMode::name,
                            .collective = Collective::name,
                            .message_library = Collective::library(),
                            .metric = Workload::metric,
                            .target = workload.recipe.target_top1,
                            .exponent = Workload::exponent};
    if constexpr (requires { Kernels::Traits::library(); })
      composition.kernel_library = Kernels::Traits::library();
    return composition;
  }

 private:
  using Device = typename Kernels::Device;

  /// This rank's device, which no other rank has unless they are to share. Collective.
  /// @throws AgreedError when there is none, or two ranks have the same one
  [[gnu::cold]] static Device own_device(Configuration const& asked, RunSettings const& settings,
                                         std::vector<std::string> const& hosts, World& world) {
    std::optional<Device> device;
    agree(world, [&] {
      device.emplace(Kernels::Traits::make_device(
          {.threads = settings.threads, .local_rank = local_rank(hosts, world.rank())}));
    });
    std::vector<std::string> const identities = world.allgather(identity_of(*device));
    agree(world, [&] {
      if (!asked.share_accelerators) require_own_accelerators(hosts, identities);
    });
    return std::move(*device);
  }

  /// The ways that kernels compute in and what it took to find them.
  struct Tuning {
    Choices choices{};
    double seconds = 0;
  };

  /// What choices of ways are good for.
  [[gnu::cold]] std::string made_with(RunSettings const& settings, Device& device) const {
    Composition const with = composition();
    std::string const both = with.kernels + "; " + with.kernel_library + "; ";
    if constexpr (SaysWhatWaysAreFor<typename Kernels::Traits>)
      return both + Kernels::Traits::ways_are_for(device);
    else
      return both + std::string(name(devices::instruction_set())) + "; threads " +
             std::to_string(settings.threads);
  }

  /// With `--autotune`, the ways of all steps of a rank's programs: those that the file has, the
  /// others timed, by all ranks at once as in a training; the first rank's count. Collective.
  /// @throws AgreedError when the file was made with something else, or a rank has something else
  [[gnu::cold]] Tuning tune(Configuration const& asked, RunSettings const& settings,
                            typename Kernels::Device& device, World& world) const {
    if (asked.autotune.empty()) return {};
    auto const start = std::chrono::steady_clock::now();
    std::string known, all;
    auto agreed = [&](std::function<void()> const& work) { agree(world, work); };
    agreed([&] {
      if (world.rank() == 0) known = text(choices_in(asked.autotune, made_with(settings, device)));
    });
    known = world.bcast(known, 0);
    agreed([&] {
      Choices choices = parse_choices(known, asked.autotune);
      require_made_with(choices, made_with(settings, device), asked.autotune);
      all = text(tuned(timed(device), programs(settings),
                       kernel_table<Kernels>(device, Training::types, std::move(choices)),
                       Training::sizes));
    });
    all = world.bcast(all, 0);
    agreed([&] {
      if (world.rank() == 0 && all != known) write_atomically(asked.autotune, all);
    });
    return {parse_choices(all, asked.autotune), seconds_since(start)};
  }

  using Training = Network<Kernels, Precision>;

  /// The programs of a rank: of one training step, and of an evaluation.
  [[gnu::cold]] std::vector<Program> programs(RunSettings const& settings) const {
    return {training_program<Precision, ParallelMode>(workload.graph(), settings.batch,
                                                      settings.shape.parallelism_degree),
            lower_evaluation(workload.graph(), settings.batch.micro_batch)};
  }

  using Controller = JobController<Workload, Precision, Optimizer, ParallelMode, World>;

  Defaults defaults(int cores, int accelerators) const {
    return {.epochs = workload.recipe.epochs,
            .batch = workload.recipe.batch,
            .accelerators_a_node = accelerators,
            .cores_a_rank = cores,
            .threaded = Kernels::Traits::threaded,
            .image_height = Dataset::image_shape.height,
            .image_width = Dataset::image_shape.width};
  }

  [[gnu::cold]] static JobPlan job_plan(RunSettings const& settings, Job job,
                                        Dataset const& dataset, CheckpointPlan checkpoint,
                                        Tuning const& tuning) {
    JobPlan plan{.fit = {.seed = settings.seed,
                         .job = job,
                         .epochs = settings.epochs,
                         .batch = settings.batch.batch,
                         .augmentation = settings.augmentation},
                 .batch = settings.batch};
    plan.test_samples = dataset.size(Split::test);
    if (settings.quick) {
      plan.fit.steps_an_epoch = quick_steps;
      plan.test_samples = std::min(plan.test_samples, quick_samples);
    }
    plan.out_of_bag_samples = plan.test_samples;
    plan.checkpoint = std::move(checkpoint);
    plan.choices = tuning.choices;
    plan.tuning_seconds = tuning.seconds;
    return plan;
  }

  [[gnu::cold]] static std::vector<int> test_labels(Dataset const& dataset, Count samples) {
    std::vector<int> labels;
    for (Count sample = 0; sample < samples; ++sample)
      labels.push_back(dataset.label(Split::test, static_cast<Sample>(sample)));
    return labels;
  }
};

}  // namespace ai500
