// SPDX-License-Identifier: Apache-2.0
/// @file nlohmann/json takes seconds to compile: include this in one source file of a program.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/core/types.hpp>
#include <ai500/reports/environment.hpp>
#include <ai500/reports/json.hpp>
#include <ai500/reports/report.hpp>
#include <ai500/storage/json.ipp>
#include <ai500/training/member_record.hpp>

namespace ai500::reports {

using storage::Json;
using storage::JsonReader;
using storage::parse_json;
using storage::text_of;

// nlohmann/json prints numbers that are not finite as null.

inline Json json_of(ReductionCost const& cost) {
  return {{"transport", cost.transport},
          {"buckets", cost.buckets},
          {"wire_bytes_per_step", cost.wire_bytes_per_step},
          {"hidden_seconds", cost.hidden_seconds},
          {"exposed_seconds", cost.exposed_seconds}};
}

/// @throws OutputError
inline ReductionCost reduction_cost_of(Json const& json, std::string_view file) {
  JsonReader const reader(json, file);
  return {.transport = reader.text("transport"),
          .buckets = reader.integer<Count>("buckets", 0),
          .wire_bytes_per_step = reader.integer<Count>("wire_bytes_per_step", 0),
          .hidden_seconds = reader.number("hidden_seconds"),
          .exposed_seconds = reader.number("exposed_seconds")};
}

inline Json json_of(MemberRecord const& member) {
  return {{"job", member.job},
          {"samples", member.samples},
          {"distinct_samples", member.distinct_samples},
          {"samples_processed", member.samples_processed},
          {"skipped_steps", member.skipped_steps},
          {"recorded_steps", member.recorded_steps},
          {"epochs", member.epochs},
          {"final_loss", member.final_loss},
          {"quality", member.quality},
          {"out_of_bag_quality", member.out_of_bag_quality},
          {"out_of_bag_samples", member.out_of_bag_samples},
          {"seconds", member.seconds},
          {"preparation_seconds", member.preparation_seconds},
          {"evaluation_seconds", member.evaluation_seconds},
          {"checkpoint_seconds", member.checkpoint_seconds},
          {"resumed", member.resumed},
          {"started_unix", member.started_unix},
          {"finished_unix", member.finished_unix},
          {"run", member.run},
          {"settings", member.settings},
          {"stopped", member.stopped},
          {"ensemble_size", member.ensemble_size},
          {"parallelism_degree", member.parallelism_degree},
          {"batch", member.batch},
          {"micro_batch", member.micro_batch},
          {"augmentation", member.augmentation},
          {"seed", member.seed},
          {"quick", member.quick},
          {"threads", member.threads},
          {"host", member.host},
          {"devices", member.devices},
          {"reductions", json_of(member.reductions)}};
}

/// @throws OutputError
inline MemberRecord member_of(Json const& json, std::string_view file) {
  JsonReader const reader(json, file);
  MemberRecord member;
  member.job = reader.integer<Job>("job", 0);
  member.samples = reader.integer<Count>("samples", 0);
  member.distinct_samples = reader.integer<Count>("distinct_samples", 0);
  if (member.distinct_samples > member.samples)
    reader.fail("distinct_samples", "at most samples, " + std::to_string(member.samples),
                json.at("distinct_samples"));
  member.samples_processed = reader.integer<Count>("samples_processed", 0);
  member.skipped_steps = reader.integer<Count>("skipped_steps", 0);
  member.recorded_steps = reader.integer<Count>("recorded_steps", 0);
  member.epochs = reader.integer<int>("epochs", 0);
  member.final_loss = reader.number("final_loss");
  member.quality = reader.number("quality");
  member.out_of_bag_quality = reader.number("out_of_bag_quality");
  member.out_of_bag_samples = reader.integer<Count>("out_of_bag_samples", 0);
  member.seconds = reader.number("seconds");
  member.preparation_seconds = reader.number("preparation_seconds");
  member.evaluation_seconds = reader.number("evaluation_seconds");
  member.checkpoint_seconds = reader.number("checkpoint_seconds");
  member.resumed = reader.integer<int>("resumed", 0);
  member.started_unix = reader.number("started_unix");
  member.finished_unix = reader.number("finished_unix");
  member.run = reader.text("run");
  member.settings = reader.text("settings");
  member.stopped = reader.text("stopped");
  member.ensemble_size = reader.integer<int>("ensemble_size", 1);
  member.parallelism_degree = reader.integer<int>("parallelism_degree", 1);
  member.batch = reader.integer<Count>("batch", 0);
  member.micro_batch = reader.integer<Count>("micro_batch", 0);
  member.augmentation = reader.text("augmentation");
  member.seed = reader.integer<Seed>("seed", 0);
  member.quick = reader.boolean("quick");
  member.threads = reader.integer<int>("threads", 1);
  member.host = reader.text("host");
  member.devices = reader.text("devices");
  member.reductions =
      reduction_cost_of(reader.value("reductions"), std::string(file) + ": reductions");
  return member;
}

inline Json json_of(Environment const& environment) {
  Json libraries = Json::array();
  for (Library const& library : environment.libraries)
    libraries.push_back({{"name", library.name}, {"version", library.version}});
  return {{"host", environment.host},
          {"cpu", environment.cpu},
          {"cores", environment.cores},
          {"host_cores", environment.host_cores},
          {"compiler", environment.compiler},
          {"libraries", std::move(libraries)},
          {"git_revision", environment.git_revision},
          {"operating_system", environment.operating_system}};
}

inline Json json_of(Report::Policies const& policies) {
  return {{"workload", policies.workload},           {"sampler", policies.sampler},
          {"optimizer", policies.optimizer},         {"precision", policies.precision},
          {"parallel_mode", policies.parallel_mode}, {"collective", policies.collective},
          {"aggregation", policies.aggregation}};
}

inline Json json_of(Report::Precision const& precision) {
  return {{"compute", precision.compute},
          {"accumulate", precision.accumulate},
          {"message", precision.message}};
}

inline Json json_of(Report::Quality const& quality) {
  return {{"metric", quality.metric},
          {"achieved", quality.achieved},
          {"target", quality.target},
          {"exponent", quality.exponent},
          {"penalty_coefficient", quality.penalty_coefficient}};
}

inline Json json_of(DataPlacement const& data) {
  return {{"source", data.source},    {"folder", data.folder},
          {"nodes", data.nodes},      {"nodes_copied", data.nodes_copied},
          {"bytes", data.bytes},      {"seconds", data.seconds},
          {"repaired", data.repaired}};
}

inline Json json_of(std::vector<MemberRecord> const& members) {
  Json list = Json::array();
  for (MemberRecord const& member : members) list.push_back(json_of(member));
  return list;
}

}  // namespace ai500::reports

namespace ai500 {

std::string to_json(Report const& report) {
  reports::Json json;
  json["version"] = report.version;
  json["policies"] = reports::json_of(report.policies);
  json["model"] = report.model;
  json["dataset"] = report.dataset;
  json["data"] = reports::json_of(report.data);
  json["kernels"] = report.kernels;
  json["layout"] = report.layout;
  json["instruction_set"] = report.instruction_set;
  json["precision"] = reports::json_of(report.precision);
  json["ensemble_size"] = report.ensemble_size;
  json["members_kept"] = report.members_kept;
  json["parallelism_degree"] = report.parallelism_degree;
  json["scale"] = report.scale;
  json["batch"] = report.batch;
  json["micro_batch"] = report.micro_batch;
  json["augmentation"] = report.augmentation;
  json["epochs"] = report.epochs;
  json["threads"] = report.threads;
  json["seed"] = report.seed;
  json["quick"] = report.quick;
  if (!report.quick) json["passed"] = report.passed;
  json["samples_per_second"] = report.samples_per_second;
  json["samples_per_second_per_member"] = report.samples_per_second_per_member;
  json["epoch_seconds"] = report.epoch_seconds;
  json["training_seconds"] = report.training_seconds;
  json["preparation_seconds"] = report.preparation_seconds;
  json["evaluation_seconds"] = report.evaluation_seconds;
  json["checkpoint_seconds"] = report.checkpoint_seconds;
  json["timing"] = report.timing;
  json["reductions"] = reports::json_of(report.reductions);
  json["flops"] = report.flops;
  json["valid_flops"] = report.valid_flops;
  json["flop_rules"] = report.flop_rules;
  json["training_flops_per_sample"] = report.training_flops_per_sample;
  json["quality"] = reports::json_of(report.quality);
  json["mean_member_quality"] = report.mean_member_quality;
  json["members"] = reports::json_of(report.members);
  json["environment"] = reports::json_of(report.environment);
  return reports::text_of(json);
}

std::string to_json(MemberRecord const& member) {
  return reports::text_of(reports::json_of(member));
}

MemberRecord member_from_json(std::string_view text, std::string_view file) {
  return reports::member_of(reports::parse_json(text, file), file);
}

}  // namespace ai500
