// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of ensemble_report.hpp.
#pragma once

#include <algorithm>
#include <utility>

#include <unistd.h>

#include <ai500/collectives/host_name.hpp>
#include <ai500/core/clock.hpp>
#include <ai500/metrics/valid_flops.hpp>
#include <ai500/reports/ensemble_report.hpp>
#include <ai500/reports/mean_reduction_cost.hpp>
#include <ai500/reports/member_folder.hpp>
#include <ai500/reports/rates.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/training/settings_difference.hpp>

namespace ai500 {

void prepare_output(std::string const& output) {
  ensure_writable_folder(output);
  remove_stale_temporaries(output);
  sweep_members(output);
}

std::string run_identity() {
  return host_name() + "-" + std::to_string(getpid()) + "-" +
         std::to_string(static_cast<long long>(unix_seconds() * 1e6));
}

bool is_finished(std::string const& output, Job job, std::string const& settings) {
  if (!member_is_finished(output, job)) return false;
  std::string const found = load_member(output, job).record.settings;
  if (found == settings) return true;
  throw OutputError(member_folder(output, job) + ": holds a member trained with other settings:\n" +
                    settings_difference(found, settings) +
                    "\nGive another --output or remove that folder.");
}

MemberRecord complete_record(MemberRecord record, RunSettings const& settings, std::string text,
                             std::string run, std::string devices) {
  record.ensemble_size = settings.shape.ensemble_size;
  record.parallelism_degree = settings.shape.parallelism_degree;
  record.batch = settings.batch.batch;
  record.micro_batch = settings.batch.micro_batch;
  record.augmentation = described(settings.augmentation);
  record.epochs = settings.epochs;
  record.threads = settings.threads;
  record.seed = settings.seed;
  record.quick = settings.quick;
  record.settings = std::move(text);
  record.run = std::move(run);
  record.host = host_name();
  record.devices = std::move(devices);
  return record;
}

Voters load_voters(std::string const& output, std::optional<int> ensemble_size) {
  Voters voters;
  for (SavedMember& member : load_members(output)) {
    if (ensemble_size && member.record.job >= static_cast<Job>(*ensemble_size)) continue;
    if (member.record.completed()) voters.predictions.push_back(std::move(member.predictions));
    voters.members.push_back(std::move(member.record));
  }
  if (voters.members.empty())
    throw OutputError(output + ": holds no finished member; train one first");
  MemberRecord const& first = voters.members.front();
  for (MemberRecord const& member : voters.members)
    if (member.settings != first.settings)
      throw OutputError(output + ": members " + std::to_string(first.job) + " and " +
                        std::to_string(member.job) +
                        " were trained with different settings and cannot vote together:\n  " +
                        first.settings + "\n  " + member.settings);
  return voters;
}

void state_members(Report& report, std::vector<MemberRecord> members,
                   std::optional<int> ensemble_size) {
  MemberRecord const& first = members.front();
  report.parallelism_degree = first.parallelism_degree;
  report.batch = first.batch;
  report.micro_batch = first.micro_batch;
  report.augmentation = first.augmentation;
  report.epochs = first.epochs;
  report.threads = first.threads;
  report.seed = first.seed;
  report.quick = first.quick;
  std::vector<MemberRecord> kept;
  for (MemberRecord const& member : members) {
    report.ensemble_size = std::max(report.ensemble_size, member.ensemble_size);
    report.preparation_seconds = std::max(report.preparation_seconds, member.preparation_seconds);
    report.evaluation_seconds = std::max(report.evaluation_seconds, member.evaluation_seconds);
    report.checkpoint_seconds = std::max(report.checkpoint_seconds, member.checkpoint_seconds);
    if (member.completed()) kept.push_back(member);
  }
  if (ensemble_size) report.ensemble_size = *ensemble_size;
  report.scale = report.ensemble_size * report.parallelism_degree;
  report.members = std::move(members);
  report.members_kept = static_cast<int>(kept.size());
  if (kept.empty()) return;  // M' = 0: nothing was achieved, and the report says so

  Rates const measured = rates(kept, report.training_flops_per_sample);
  report.timing = measured.timing;
  report.training_seconds = measured.training_seconds;
  report.epoch_seconds = measured.training_seconds / report.epochs;
  report.samples_per_second = measured.samples_per_second;
  report.samples_per_second_per_member = measured.samples_per_second_per_member;
  report.flops = measured.flops;
  report.reductions = mean_reduction_cost(kept);
  double sum = 0;
  for (MemberRecord const& member : kept) sum += member.quality;
  report.mean_member_quality = sum / static_cast<double>(kept.size());
}

void state_quality(Report& report, double achieved) {
  Report::Quality& quality = report.quality;
  quality.achieved = achieved;
  quality.penalty_coefficient = penalty_coefficient(achieved, quality.target, quality.exponent);
  report.valid_flops = valid_flops(report.flops, quality.penalty_coefficient);
  report.passed = achieved >= quality.target;
}

}  // namespace ai500
