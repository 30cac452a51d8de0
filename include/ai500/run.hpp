// SPDX-License-Identifier: Apache-2.0
/// @file The command line of every benchmark binary: `int main(int argc, char** argv) { return
/// run<Benchmark>(argc, argv); }`.
#pragma once

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <variant>

#include <ai500/command_line.hpp>
#include <ai500/ensemble.hpp>
#include <ai500/graph/describe.hpp>
#include <ai500/reports/publish.hpp>

namespace ai500 {

namespace detail {

inline void print(std::FILE* file, std::string const& text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

template <class Benchmark>
[[gnu::cold]] CommandLineDescription command_line_description(Benchmark const& benchmark,
                                                              std::string program) {
  using Dataset = typename Benchmark::Dataset;
  Composition const composition = benchmark.composition();
  return {.program = program.substr(program.find_last_of('/') + 1),
          .description = std::string(composition.workload) + ": " + std::string(composition.model) +
                         " on " + std::string(composition.dataset) + ", kernels " +
                         std::string(Benchmark::Kernels::Traits::name),
          .default_epochs = std::to_string(benchmark.workload.recipe.epochs),
          .default_batch = std::to_string(benchmark.workload.recipe.batch),
          .default_data = Dataset::default_folder.empty() ? "none: generated"
                                                          : std::string(Dataset::default_folder)};
}

/// What this process says when it joins the ranks.
template <class Benchmark>
[[gnu::cold]] JoinRequest join_request(Configuration const& asked) {
  JoinRequest request{.ranks = asked.ranks,
                      .accelerators = accelerators<typename Benchmark::Kernels::Device>()};
  if (asked.patience) request.patience_seconds = *asked.patience;
  return request;
}

/// `plan`: the map job -> ranks -> nodes, of this machine or of one that is not there, and with
/// --program what a rank runs.
template <class Benchmark>
[[gnu::cold]] void plan(Benchmark const& benchmark, Command const& command, int& argc,
                        char**& argv) {
  auto print_plan = [&](Placement const& placement, int scale, int ranks_a_node) {
    print(stdout, describe(placement));
    if (command.plan_program)
      print(stdout, "\n" + benchmark.describe_programs(command.configuration, scale, ranks_a_node));
  };
  if (command.plan_scale) {
    EnsembleShape const shape = shape_of(command.configuration, *command.plan_scale,
                                         Benchmark::accelerators_a_node(command.ranks_per_node));
    return print_plan(place_on_equal_nodes(shape, command.ranks_per_node), *command.plan_scale,
                      command.ranks_per_node);
  }
  typename Benchmark::Session session(argc, argv, join_request<Benchmark>(command.configuration));
  session.run_ranks([&](typename Benchmark::World& world) {
    std::vector<std::string> const hosts = world.allgather(host_name());
    agree(world, [&] {
      EnsembleShape const shape = shape_of(command.configuration, world.size(),
                                           Benchmark::accelerators_a_node(ranks_a_host(hosts)));
      auto const job = command.configuration.job;
      Placement const placement = job ? place_member(shape, *job, hosts) : place(shape, hosts);
      if (world.rank() == 0) print_plan(placement, world.size(), ranks_a_host(hosts));
    });
  });
}

/// `aggregate`: the vote over the members of earlier runs.
template <class Benchmark>
[[gnu::cold]] void aggregate(Benchmark const& benchmark, Command const& command) {
  std::string const data = Benchmark::data_folder(command.configuration);
  Report report = benchmark.aggregate(command.aggregate_folder, Benchmark::Dataset::load(data),
                                      command.configuration.jobs);
  report.data = in_place(data);
  publish(report, command.aggregate_folder);
}

}  // namespace detail

/// What a run does unless `run` is told otherwise: it trains the ensemble once and publishes its
/// report.
struct TrainOnce {
  template <class Benchmark>
  [[gnu::cold]] void operator()(Benchmark const& benchmark, Configuration const& asked,
                                typename Benchmark::World& world) const {
    std::optional<Report> const report = benchmark.run(asked, world);
    agree(world, [&] {
      if (report) publish(*report, asked.output);
    });
  }
};

/// Runs a benchmark as its command line says. Prints to standard output what was asked for, to
/// standard error progress and, once, what went wrong.
/// @param training what to do instead of training once, a sweep for example: called as
/// training(benchmark, configuration, world) on all ranks, where the command line asks to train;
/// at the same time where ranks are threads of this process
/// @return the exit code: 0 for a valid run, whether it PASSED or FAILED; 1 for an error while
/// running; 2 for wrong usage. Of an error that all ranks know, the first rank's says so
template <class Benchmark, class Training = TrainOnce>
[[gnu::cold]] int run(int argc, char** argv, Benchmark const& benchmark = {},
                      Training const& training = {}) {
  using Collective = typename Benchmark::CollectiveType;
  bool const speaks = Collective::launched_rank() == 0;  // so that one rank of many prints
  // A launcher ends all ranks as soon as one has left with an error: the others leave in good
  // order, or the one that speaks might not come to it.
  auto fail = [&](std::string const& message, int code) {
    if (!speaks) return 0;
    detail::print(stderr, message);
    return code;
  };
  auto const parsed = parse_command_line(
      argc, argv, detail::command_line_description(benchmark, argc > 0 ? argv[0] : "ai500"));
  if (auto const* exit = std::get_if<CommandLineExit>(&parsed)) {
    if (exit->code != 0) return fail(exit->text, exit->code);
    if (speaks) detail::print(stdout, exit->text);
    return 0;
  }
  Command const& command = std::get<Command>(parsed);
  auto say = [&](std::exception const& error, int code) {
    return fail(std::string("ai500: ") + error.what() + "\n", code);
  };
  try {
    switch (command.kind) {
      case Command::Kind::flops:
        if (speaks)
          detail::print(stdout, describe_flops(Benchmark::WorkloadType::Model::name,
                                               benchmark.workload.graph()));
        return 0;
      case Command::Kind::plan:
        detail::plan(benchmark, command, argc, argv);
        return 0;
      case Command::Kind::aggregate:
        if (speaks) detail::aggregate(benchmark, command);
        return 0;
      case Command::Kind::train:
        break;
    }
    typename Benchmark::Session session(argc, argv,
                                        detail::join_request<Benchmark>(command.configuration));
    session.run_ranks([&](typename Benchmark::World& world) {
      try {
        training(benchmark, command.configuration, world);
      } catch (AgreedError const&) {
        throw;
      } catch (std::exception const& error) {
        // Only this rank knows: the others may be waiting for it, so all are ended.
        detail::print(stderr,
                      "ai500: rank " + std::to_string(world.rank()) + ": " + error.what() + "\n");
        session.abort(1);
      }
    });
    return 0;
  } catch (AgreedError const& error) {
    return say(error, error.exit_code());
  } catch (UsageError const& error) {
    return say(error, 2);
  } catch (std::exception const& error) {
    return say(error, 1);
  }
}

}  // namespace ai500
