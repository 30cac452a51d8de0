// SPDX-License-Identifier: Apache-2.0
/// @file Runs steps on request, so that another program can let us and others take turns
/// (compare_pytorch.py).
///
///   bench_step_server --work training --batch 16 --threads 2
///
/// It prepares, and says so in a line of JSON with what it is. For each line "run N" of standard
/// input it runs N steps and answers with a line: the seconds of each. At the end of its input it
/// says what all of them together were: where the time went, memory, allocations.
#include <array>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <ai500/devices/cores.hpp>
#include <ai500/graph/flops.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/training/step_times.hpp>
#include <ai500/workbench/whole_step.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "../tests/training/counted_allocations.hpp"
#include "stacks.hpp"

using namespace ai500;
using Json = nlohmann::ordered_json;

namespace {

struct Model {
  std::string name;
  Shape image;
  Count classes;
  Graph (*graph)(Shape image, Count classes);

  Graph with_loss() const { return workloads::with_cross_entropy(graph(image, classes), 0.1); }
};

template <ModelPolicy M>
Model model(std::string name, Shape image, Count classes) {
  return {std::move(name), image, classes,
          [](Shape shape, Count count) { return M::graph(shape, count); }};
}

std::vector<Model> models_by_name() {
  return {model<models::ResNet50V15>("resnet50-v1.5", {.channels = 3, .height = 224, .width = 224},
                                     1000),
          model<models::SmallResNet>("resnet8", {.channels = 1, .height = 28, .width = 28}, 10)};
}

struct Options {
  std::string work = "training";
  std::string model = "resnet50-v1.5";
  std::string precision = "fp32";
  Count batch = 16;
  int threads = available_cores().count;
};

/// The most memory that this process has had, in bytes; 0 where the system does not say. (The
/// system call that tells it, too, counts the process that started this one.)
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
  return 0;
}

void say(Json const& json) { std::cout << json << std::endl; }

/// What a step needs beside its planned arena: what a process is, kernels' scratchpads, weights in
/// the kernels' order, the images.
constexpr double other_memory = 300e6;

/// What is planned to be in memory, in bytes.
struct PlannedMemory {
  double arena;
  double parameters;
  double optimizer;

  double allowed() const { return 1.1 * (arena + parameters + optimizer + other_memory); }
};

template <class Step>
PlannedMemory planned_memory(Step& step) {
  PlannedMemory memory{};
  memory.arena = static_cast<double>(step.network().plan().arena_bytes);
  memory.parameters =
      static_cast<double>(step.state().parameters.size()) * sizeof(typename Step::Number);
  if constexpr (requires { step.optimizer_bytes(); }) memory.optimizer = step.optimizer_bytes();
  return memory;
}

Json times_json(StepSeconds const& seconds) {
  Json kinds = Json::object();
  double const runs = static_cast<double>(seconds.runs);
  for (std::size_t kind = 0; kind < step_kind_names.size(); ++kind)
    if (seconds.of_kind[kind] > 0)
      kinds[std::string(step_kind_names[kind])] = seconds.of_kind[kind] / runs;
  return {{"steps", seconds.runs},
          {"seconds_a_step", seconds.whole / runs},
          {"seconds_of_kinds", kinds},
          {"seconds_outside", seconds.outside() / runs},
          {"part_outside", seconds.outside() / seconds.whole}};
}

Json memory_json(PlannedMemory const& planned) {
  double const peak = peak_memory();
  return {{"peak_bytes", peak},
          {"arena_bytes", planned.arena},
          {"parameter_bytes", planned.parameters},
          {"optimizer_bytes", planned.optimizer},
          {"allowed_bytes", planned.allowed()},
          {"within", peak <= planned.allowed()}};
}

/// How often a request asks for steps. @throws UsageError
int steps_of(std::string const& request) {
  std::istringstream words(request);
  std::string word, rest;
  int steps = 0;
  if (!(words >> word >> steps) || word != "run" || steps < 1 || words >> rest)
    throw UsageError("'" + request + "' is no request; one is 'run N', N at least 1");
  return steps;
}

template <class Step>
void serve(devices::Host& device, Step& step, Json ready) {
  StepTimes times(device);
  step.network().watch(times);
  ready["parameters"] = step.state().parameters.size();
  say({{"ready", ready}});
  testing::Allocations made{};  // behind the first step
  bool warm = false;
  for (std::string request; std::getline(std::cin, request);) {
    std::vector<double> seconds(static_cast<std::size_t>(steps_of(request)));
    double result = 0;
    for (double& second : seconds) {
      testing::Allocations const now = testing::allocations;
      second = times.measure([&] { result = step.run(); });
      if (warm) {
        made.ours += testing::allocations.ours - now.ours;
        made.onednns += testing::allocations.onednns - now.onednns;
      } else {
        times.restart();  // the first step touches its memory
        warm = true;
      }
    }
    say({{"seconds", seconds}, {"result", result}});
  }
  Json summary{{"memory", memory_json(planned_memory(step))}};
  if (times.seconds().runs > 0) summary["times"] = times_json(times.seconds());
  if (AI500_COUNTS_ALLOCATIONS)
    summary["allocations_after_first_step"] = {{"ours", made.ours}, {"onednn", made.onednns}};
  say({{"summary", summary}});
}

template <class Stack>
void prepare_and_serve(Options const& options, Model const& model) {
  using Kernels = typename Stack::Kernels;
  using Precision = typename Stack::Precision;
  Graph const graph = model.with_loss();
  FlopCount const count = flops(graph);
  bool const trains = options.work == "training";
  devices::Host device = Kernels::Traits::make_device({.threads = options.threads});
  Json const ready{{"program", "ai500"},
                   {"kernels", Kernels::Traits::library()},
                   {"work", options.work},
                   {"model", model.name},
                   {"precision", Precision::name},
                   {"batch", options.batch},
                   {"threads", options.threads},
                   {"flops_a_step", (trains ? count.training : count.forward) * options.batch}};
  if (trains) {
    workbench::TrainingStep<Kernels, Precision> step(device, graph, options.batch);
    serve(device, step, ready);
  } else {
    workbench::EvaluationStep<Kernels, Precision> step(device, graph, options.batch);
    serve(device, step, ready);
  }
}

/// @throws UsageError
void serve_model(Options const& options) {
  std::string known;
  for (Model const& model : models_by_name()) {
    if (model.name == options.model)
      return bench::with_stack(
          options.precision, [&]<class Stack>(Stack) { prepare_and_serve<Stack>(options, model); },
          bench::Stacks{});
    known += (known.empty() ? "" : ", ") + model.name;
  }
  throw UsageError("--model " + options.model + ": there is no such one here; there are " + known);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Runs steps on request: 'run N' on standard input, seconds on standard output");
  app.add_option("--work", options.work, "training or inference")
      ->check(CLI::IsMember({"training", "inference"}));
  app.add_option("--model", options.model, "resnet50-v1.5 (224 x 224) or resnet8 (28 x 28)");
  app.add_option("--precision", options.precision, "fp32");
  app.add_option("--batch", options.batch, "images a step")->check(CLI::Range(1, 65536));
  app.add_option("--threads", options.threads, "of kernels")->check(CLI::Range(1, 65536));
  CLI11_PARSE(app, argc, argv);
  try {
    serve_model(options);
    return 0;
  } catch (UsageError const& error) {
    std::cerr << "ai500: " << error.what() << "\n";
    return 2;
  } catch (std::exception const& error) {
    std::cerr << "ai500: " << error.what() << "\n";
    return 1;
  }
}
