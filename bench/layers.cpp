// SPDX-License-Identifier: Apache-2.0
/// @file Each distinct layer of ResNet-50 v1.5, forward, data gradient and filter gradient, on one
/// kernel set (stacks.hpp): rate, part of the peak that is measured beside it, compulsory bytes,
/// arithmetic intensity. A table, and with --json what roofline.py draws.
///
///   bench_layers --batch 16 --threads 2 --json layers.json
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <ai500/devices/cores.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/reports/environment.hpp>
#include <ai500/training/network.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/workbench/layer_times.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "machine.hpp"
#include "stacks.hpp"

using namespace ai500;
using Json = nlohmann::ordered_json;

namespace {

using Model = models::ResNet50V15;

struct Options {
  Count batch = 16;
  int threads = available_cores().count;
  std::string precision = "fp32";
  bool ways = false;
  bool quick = false;
  std::string json;
};

/// What bounds a layer's rate here.
struct Machine {
  double peak_flops = 0;
  double memory = 0, level_3 = 0, level_2 = 0;  // bytes/s in place
};

Json to_json(workbench::LayerTime const& layer, double peak_flops) {
  return {{"step", layer.step},
          {"kernel", layer.kernel},
          {"way", layer.way},
          {"shape", layer.shape},
          {"times", layer.times},
          {"flops", layer.flops},
          {"bytes", layer.bytes},
          {"seconds", layer.seconds},
          {"flops_per_second", layer.rate()},
          {"flops_per_byte", layer.intensity()},
          {"peak_flops_per_second_beside", peak_flops},
          {"part_of_peak", layer.rate() / peak_flops}};
}

void print_head(Options const& options, std::string const& kernels) {
  std::printf("%s, %lld images, %d threads; kernels: %s%s\n", std::string(Model::name).c_str(),
              static_cast<long long>(options.batch), options.threads, kernels.c_str(),
              options.quick ? "; a quick run: NOT A RESULT" : "");
  std::printf("\n%-36s %5s %9s %9s %7s %9s %9s\n", "one image", "times", "ms", "GFLOP/s", "of peak",
              "MB", "FLOP/byte  way");
}

void print(workbench::LayerTime const& layer, double peak_flops) {
  std::printf("%-36s %5lld %9.3f %9.1f %7.2f %9.2f %9.1f  %s\n", layer.shape.c_str(),
              static_cast<long long>(layer.times), layer.seconds * 1e3, layer.rate() / 1e9,
              layer.rate() / peak_flops, layer.bytes / 1e6, layer.intensity(), layer.way.c_str());
  std::fflush(stdout);
}

/// All runs of one kind of step in a training step.
struct Sum {
  std::string step;
  Count times = 0;
  double seconds = 0, flops = 0, seconds_at_peak = 0;

  void add(workbench::LayerTime const& layer, double peak_flops) {
    double const count = static_cast<double>(layer.times);
    times += layer.times;
    seconds += count * layer.seconds;
    flops += count * layer.flops;
    seconds_at_peak += count * layer.flops / peak_flops;
  }
};

template <class Stack>
Json measure(Options const& options, Machine& machine) {
  using Kernels = typename Stack::Kernels;
  using Precision = typename Stack::Precision;
  devices::Host device = Kernels::Traits::make_device({.threads = options.threads});
  bench::Host const host = bench::host_of(options.threads);
  Program const program = fitted_to(
      lower_training(workloads::with_cross_entropy(
                         Model::graph({.channels = 3, .height = 224, .width = 224}, 1000), 0.1),
                     options.batch, options.batch),
      kernel_table<Kernels>(device, Network<Kernels, Precision>::types));
  workbench::Effort const effort =
      options.quick ? workbench::Effort{1, 0} : workbench::Effort{5, 0.3};
  Json layers = Json::array();
  std::vector<Sum> sums;
  workbench::time_layers<Kernels, Precision>(
      device, program, effort,
      options.ways ? workbench::TimedWays::every : workbench::TimedWays::first,
      [&](workbench::LayerTime const& layer) {
        // Beside it, for a machine's clock is not the same all the time.
        double const peak = bench::peak_flops_of<typename Precision::compute>(host);
        machine.peak_flops = std::max(machine.peak_flops, peak);
        if (sums.empty() || sums.back().step != layer.step) {
          std::printf("%s\n", layer.step.c_str());
          sums.push_back({.step = layer.step});
        }
        print(layer, peak);
        if (layer.is_first) {  // the others are only printed
          sums.back().add(layer, peak);
          layers.push_back(to_json(layer, peak));
        }
        return !options.quick;
      });
  std::printf("\n%-36s %5s %9s %9s %7s\n", "all in one training step", "times", "ms", "GFLOP/s",
              "of peak");
  for (Sum const& sum : sums)
    std::printf("%-36s %5lld %9.1f %9.1f %7.2f\n", sum.step.c_str(),
                static_cast<long long>(sum.times), sum.seconds * 1e3, sum.flops / sum.seconds / 1e9,
                sum.seconds_at_peak / sum.seconds);
  machine.level_2 = bench::cache_bandwidth(host, 2);
  machine.level_3 = bench::cache_bandwidth(host, 3);
  machine.memory = bench::in_place_bandwidth(host);
  std::printf(
      "\nthis machine, %d threads: %.1f GFLOP/s; in place, GB/s: memory %.1f, level 3 %.1f, level "
      "2 "
      "%.1f\n",
      options.threads, machine.peak_flops / 1e9, machine.memory / 1e9, machine.level_3 / 1e9,
      machine.level_2 / 1e9);
  return layers;
}

template <class Stack>
Json described(Options const& options, Machine const& machine, Json layers) {
  using Kernels = typename Stack::Kernels;
  Environment const here = this_environment({});
  return {{"program", "bench_layers"},
          {"quick", options.quick},
          {"model", Model::name},
          {"kernels", Kernels::name()},
          {"library", Kernels::Traits::library()},
          {"precision", Stack::name},
          {"batch", options.batch},
          {"threads", options.threads},
          {"host", here.host},
          {"cpu", here.cpu},
          {"compiler", here.compiler},
          {"git_revision", here.git_revision},
          {"machine",
           {{"peak_flops_per_second", machine.peak_flops},
            {"memory_bytes_per_second", machine.memory},
            {"level_3_bytes_per_second", machine.level_3},
            {"level_2_bytes_per_second", machine.level_2}}},
          {"layers", std::move(layers)}};
}

/// @throws OutputError
template <class Stack>
void measure_and_write(Options const& options) {
  std::ofstream file;
  if (!options.json.empty()) file.open(options.json);  // now, not after minutes
  if (!file) throw OutputError("cannot write " + options.json);
  print_head(options, Stack::Kernels::name());
  Machine machine;
  Json layers = measure<Stack>(options, machine);
  if (!options.json.empty())
    file << described<Stack>(options, machine, std::move(layers)).dump(1) << std::endl;
  if (!file) throw OutputError("cannot write " + options.json);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Rate, bytes and part of the peak of each layer of ResNet-50 v1.5");
  app.add_option("--batch", options.batch, "images")->check(CLI::Range(1, 65536));
  app.add_option("--threads", options.threads, "of kernels")->check(CLI::Range(1, 65536));
  app.add_option("--precision", options.precision, "fp32, fp32-winograd, bf16");
  app.add_flag("--ways", options.ways, "print every way in which kernels can compute a layer");
  app.add_option("--json", options.json, "file to write");
  app.add_flag("--quick", options.quick, "one layer a kind, once: checks that everything works");
  CLI11_PARSE(app, argc, argv);
  if (options.quick) options.batch = 1;
  try {
    bench::with_stack(
        options.precision, [&]<class Stack>(Stack) { measure_and_write<Stack>(options); },
        bench::Stacks{});
    return 0;
  } catch (UsageError const& error) {
    std::fprintf(stderr, "ai500: %s\n", error.what());
    return 2;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "ai500: %s\n", error.what());
    return 1;
  }
}
