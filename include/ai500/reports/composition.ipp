// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of composition.hpp.
#pragma once

#include <utility>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/graph/flops.hpp>
#include <ai500/reports/composition.hpp>
#include <ai500/version.hpp>

namespace ai500 {

Report unmeasured_report(Composition const& composition, Graph const& graph) {
  Report report;
  report.version = version;
  report.policies = {.workload = std::string(composition.workload),
                     .sampler = composition.sampler,
                     .optimizer = composition.optimizer,
                     .precision = std::string(composition.precision),
                     .parallel_mode = std::string(composition.parallel_mode),
                     .collective = std::string(composition.collective),
                     .aggregation = std::string(composition.aggregation)};
  report.model = composition.model;
  report.dataset = composition.dataset;
  report.kernels = composition.kernels;
  report.layout = composition.layout;
  report.instruction_set = name(devices::instruction_set());
  report.precision = {.compute = std::string(name(composition.compute)),
                      .accumulate = std::string(name(composition.accumulate)),
                      .message = std::string(name(composition.message))};
  report.flop_rules = flop_rules::TableThree::name;
  report.training_flops_per_sample = flops(graph).training;
  report.quality = {.metric = std::string(composition.metric),
                    .target = composition.target,
                    .exponent = composition.exponent};
  std::vector<Library> libraries{{"messages", composition.message_library}};
  if (!composition.kernel_library.empty())
    libraries.push_back({"kernels", composition.kernel_library});
  report.environment = this_environment(std::move(libraries));
  return report;
}

std::string member_settings(Composition const& composition, RunSettings const& settings,
                            Count training_samples) {
  std::string text = "ai500 " + std::string(version);
  for (std::string_view part : std::initializer_list<std::string_view>{
           composition.workload, composition.model, composition.dataset, composition.kernels,
           composition.layout, name(devices::instruction_set()), composition.sampler,
           composition.optimizer, composition.precision, composition.parallel_mode})
    text += "; " + std::string(part);
  auto add = [&](char const* what, auto value) {
    text += std::string("; ") + what + " " + std::to_string(value);
  };
  add("training samples", training_samples);
  add("P_degree", settings.shape.parallelism_degree);
  add("batch", settings.batch.batch);
  add("micro-batch", settings.batch.micro_batch);
  text += "; augmentation " + described(settings.augmentation);
  add("epochs", settings.epochs);
  add("threads", settings.threads);
  add("seed", settings.seed);
  return settings.quick ? text + "; quick" : text;
}

}  // namespace ai500
