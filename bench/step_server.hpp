// SPDX-License-Identifier: Apache-2.0
/// @file Runs steps on request, so that another program can let us and others take turns
/// (compare_pytorch.py).
///
/// It prepares, and says so in a line of JSON with what it is. For each line "run N" of standard
/// input it runs N steps and answers with a line: the seconds of each. At the end of its input it
/// says what all of them together were: where the time went, memory, allocations.
#pragma once

#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <type_traits>
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
#include "device_rates.hpp"
#include "stack.hpp"

namespace bench {

using namespace ai500;
using Json = nlohmann::ordered_json;

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

inline std::vector<Model> models_by_name() {
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
inline double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
  return 0;
}

inline void say(Json const& json) { std::cout << json << std::endl; }

/// What a step needs beside its planned arena: what a process is, kernels' scratchpads, weights in
/// the kernels' order, the images.
inline constexpr double other_memory = 300e6;

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

inline Json times_json(StepSeconds const& seconds) {
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

inline Json memory_json(PlannedMemory const& planned) {
  double const peak = peak_memory();
  return {{"peak_bytes", peak},
          {"arena_bytes", planned.arena},
          {"parameter_bytes", planned.parameters},
          {"optimizer_bytes", planned.optimizer},
          {"allowed_bytes", planned.allowed()},
          {"within", peak <= planned.allowed()}};
}

/// How often a request asks for steps. @throws UsageError
inline int steps_of(std::string const& request) {
  std::istringstream words(request);
  std::string word, rest;
  int steps = 0;
  if (!(words >> word >> steps) || word != "run" || steps < 1 || words >> rest)
    throw UsageError("'" + request + "' is no request; one is 'run N', N at least 1");
  return steps;
}

/// Steps one by one, watched: on a host that costs nothing.
template <class Step>
class HostSteps {
 public:
  HostSteps(devices::Host& device, Step& step) : step_(step), times_(device) {
    step.network().watch(times_);
  }

  /// @return the seconds of each
  std::vector<double> run(int count) {
    std::vector<double> seconds(static_cast<std::size_t>(count));
    for (double& second : seconds) {
      testing::Allocations const now = testing::allocations;
      second = times_.measure([&] { result_ = step_.run(); });
      if (is_warm_) {
        made_.ours += testing::allocations.ours - now.ours;
        made_.onednns += testing::allocations.onednns - now.onednns;
      } else {
        times_.restart();  // the first step touches its memory
        is_warm_ = true;
      }
    }
    return seconds;
  }
  double result() const { return result_; }

  Json summary() {
    Json summary{{"memory", memory_json(planned_memory(step_))}};
    if (times_.seconds().runs > 0) summary["times"] = times_json(times_.seconds());
    if (AI500_COUNTS_ALLOCATIONS)
      summary["allocations_after_first_step"] = {{"ours", made_.ours}, {"onednn", made_.onednns}};
    return summary;
  }

 private:
  Step& step_;
  StepTimes<devices::Host> times_;
  testing::Allocations made_{};  // behind the first step
  double result_ = 0;
  bool is_warm_ = false;
};

/// Steps one behind the other, the device never waited for in between. To watch where the time goes
/// would keep steps apart: that is done at the end, in some steps of their own.
template <class Step, class Device>
class DeviceSteps {
 public:
  DeviceSteps(Device& device, Step& step) : device_(device), step_(step) {}

  /// @return the mean, as often as there are steps
  std::vector<double> run(int count) {
    device_.synchronize();
    auto const begin = std::chrono::steady_clock::now();
    result_ = step_.run(count);
    device_.synchronize();
    std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
    return std::vector(static_cast<std::size_t>(count), seconds.count() / count);
  }
  double result() const { return result_; }

  Json summary() {
    constexpr int watched = 5;
    StepTimes times(device_);
    step_.network().watch(times);
    for (int i = 0; i < watched; ++i) times.measure([&] { step_.run(); });
    return {{"times", times_json(times.seconds())},
            {"bytes_a_step", step_bytes(step_.network())},
            {"arena_bytes", planned_memory(step_).arena}};
  }

 private:
  Device& device_;
  Step& step_;
  double result_ = 0;
};

template <class Step, class Device>
void serve(Device& device, Step& step, Json ready) {
  std::conditional_t<ReachedByHost<Device>, HostSteps<Step>, DeviceSteps<Step, Device>> steps(
      device, step);
  ready["parameters"] = step.state().parameters.size();
  say({{"ready", ready}});
  for (std::string request; std::getline(std::cin, request);) {
    std::vector<double> const seconds = steps.run(steps_of(request));
    say({{"seconds", seconds}, {"result", steps.result()}});
  }
  say({{"summary", steps.summary()}});
}

template <class Stack>
void prepare_and_serve(Options const& options, Model const& model) {
  using Kernels = typename Stack::Kernels;
  using Precision = typename Stack::Precision;
  Graph const graph = model.with_loss();
  FlopCount const count = flops(graph);
  bool const trains = options.work == "training";
  auto device = Kernels::Traits::make_device({.threads = options.threads});
  Json ready{{"program", "ai500"},
             {"kernels", Kernels::Traits::library()},
             {"work", options.work},
             {"model", model.name},
             {"precision", Stack::name},
             {"batch", options.batch},
             {"threads", options.threads},
             {"flops_a_step", (trains ? count.training : count.forward) * options.batch}};
  if constexpr (!ReachedByHost<typename Kernels::Device>) {
    ready["device"] = description_of(device);
    ready["copy_bytes_a_second"] = copy_rate(device);
    ready["matrix_flops_a_second"] = matrix_rate<Kernels, Precision>(device);
  }
  if (trains) {
    workbench::TrainingStep<Kernels, Precision> step(device, graph, options.batch);
    serve(device, step, ready);
  } else {
    workbench::EvaluationStep<Kernels, Precision> step(device, graph, options.batch);
    serve(device, step, ready);
  }
}

/// @throws UsageError
template <class Stacks>
void serve_model(Options const& options) {
  std::string known;
  for (Model const& model : models_by_name()) {
    if (model.name == options.model)
      return with_stack(
          options.precision, [&]<class Stack>(Stack) { prepare_and_serve<Stack>(options, model); },
          Stacks{});
    known += (known.empty() ? "" : ", ") + model.name;
  }
  throw UsageError("--model " + options.model + ": there is no such one here; there are " + known);
}

/// The main function of a server.
/// @tparam Stacks a TypeList of what it can be asked for
template <class Stacks>
int step_server(int argc, char** argv) {
  Options options;
  CLI::App app("Runs steps on request: 'run N' on standard input, seconds on standard output");
  app.add_option("--work", options.work, "training or inference")
      ->check(CLI::IsMember({"training", "inference"}));
  app.add_option("--model", options.model, "resnet50-v1.5 (224 x 224) or resnet8 (28 x 28)");
  app.add_option("--precision", options.precision, "fp32, or another that this program has");
  app.add_option("--batch", options.batch, "images a step")->check(CLI::Range(1, 65536));
  app.add_option("--threads", options.threads, "of kernels")->check(CLI::Range(1, 65536));
  CLI11_PARSE(app, argc, argv);
  try {
    serve_model<Stacks>(options);
    return 0;
  } catch (UsageError const& error) {
    std::cerr << "ai500: " << error.what() << "\n";
    return 2;
  } catch (std::exception const& error) {
    std::cerr << "ai500: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace bench
