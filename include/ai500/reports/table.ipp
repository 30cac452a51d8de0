// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <ai500/core/types.hpp>
#include <ai500/reports/number_text.hpp>
#include <ai500/reports/report.hpp>
#include <ai500/reports/table.hpp>

namespace ai500::reports {

inline constexpr std::size_t page_width = 80;
inline constexpr std::size_t label_width = 18;

inline std::string rule(char letter) { return std::string(page_width, letter) + '\n'; }

/// "label     value", wrapped between words: the lines that follow begin below the value. No word
/// is cut, so that what is printed can be searched for.
inline std::string row(std::string_view label, std::string_view value) {
  std::string line(label);
  line.resize(std::max(label_width, line.size() + 1), ' ');
  std::string text;
  bool line_has_words = false;
  while (!value.empty()) {
    std::string_view const word = value.substr(0, value.find_first_of(" \n\t"));
    value.remove_prefix(std::min(value.size(), word.size() + 1));
    if (word.empty()) continue;
    if (line_has_words && line.size() + 1 + word.size() > page_width) {
      text += line + '\n';
      line.assign(label_width, ' ');
      line_has_words = false;
    }
    if (line_has_words) line += ' ';
    line += word;
    line_has_words = true;
  }
  if (!line_has_words) line += '-';
  return text + line + '\n';
}

inline std::string seconds_text(double seconds) { return fixed(seconds, 3) + " s"; }

inline std::string quality_text(double quality) { return fixed(quality, 4); }

/// "1 rank", "2 ranks".
inline std::string counted(Count count, std::string const& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

inline std::string title(Report const& report) {
  std::string text = rule('=') + "ai500 " + report.version +
                     ": training an ensemble of deep networks, after HPC AI500 V3.0\n";
  if (report.quick) text += "NOT A RESULT: a quick run\n";
  return text + rule('=');
}

/// Step 4 of section 3.3 in words: where the data are read, and what was done for it.
inline std::string data_rows(DataPlacement const& data) {
  if (data.source.empty()) return row("data", "generated");
  if (data.nodes == 0) return row("data", "in place: " + data.folder);
  int const found = data.nodes - data.nodes_copied;
  std::string what;
  if (data.nodes_copied > 0) what = "copied to " + counted(data.nodes_copied, "node");
  if (found > 0) what += (what.empty() ? "" : ", ") + ("there on " + counted(found, "node"));
  std::string text = row("data", what + ": " + data.folder) +
                     row("", grouped(data.bytes) + " bytes, verified in " +
                                 seconds_text(data.seconds) + ", not in training");
  for (std::string const& fault : data.repaired) text += row("", "copied again: " + fault);
  return text;
}

inline std::string benchmark_rows(Report const& report) {
  Report::Policies const& policies = report.policies;
  return row("workload", policies.workload) + row("model", report.model) +
         row("data set", report.dataset) + data_rows(report.data) + row("kernels", report.kernels) +
         row("layout", report.layout) + row("instruction set", report.instruction_set) +
         row("sampler", policies.sampler) + row("optimizer", policies.optimizer) +
         row("precision", policies.precision + ": computes " + report.precision.compute +
                              ", accumulates " + report.precision.accumulate + ", sends " +
                              report.precision.message) +
         row("parallel mode", policies.parallel_mode) + row("collective", policies.collective) +
         row("aggregation", policies.aggregation);
}

inline std::string environment_rows(Environment const& environment) {
  std::string text = row("host", environment.host) + row("CPU", environment.cpu) +
                     row("cores", std::to_string(environment.cores) + " of the host's " +
                                      std::to_string(environment.host_cores)) +
                     row("operating system", environment.operating_system) +
                     row("compiler", environment.compiler);
  std::string_view label = "libraries";
  for (Library const& library : environment.libraries) {
    text += row(label, library.name + ' ' + library.version);
    label = "";
  }
  return text + row("git revision", environment.git_revision);
}

/// The accelerators of the base models, each kind once; nothing on CPUs.
inline std::string device_rows(std::vector<MemberRecord> const& members) {
  std::vector<std::string> all;
  for (MemberRecord const& member : members)
    if (!member.devices.empty() && std::ranges::find(all, member.devices) == all.end())
      all.push_back(member.devices);
  std::string text;
  for (std::string const& devices : all)
    text += row(text.empty() ? "accelerators" : "", devices + ", a base model");
  return text;
}

inline std::string shape_rows(Report const& report) {
  return row("M", counted(report.ensemble_size, "base model") +
                      "; M' = " + std::to_string(report.members_kept) + " of " +
                      std::to_string(report.ensemble_size) + " kept") +
         row("P_degree", counted(report.parallelism_degree, "rank") + " a base model") +
         row("Sys_scale", counted(report.scale, "rank")) +
         row("batch", counted(report.batch, "sample") + " a step of one base model") +
         row("micro-batch", counted(report.micro_batch, "sample") + " a normalization") +
         row("augmentation", report.augmentation) + row("epochs", std::to_string(report.epochs)) +
         row("threads", std::to_string(report.threads) + " a rank") +
         row("seed", std::to_string(report.seed));
}

/// One line of the members' table, every cell flush right.
inline std::string member_line(std::array<std::string, 8> const& cells) {
  constexpr std::array<std::size_t, 8> widths{5, 10, 10, 12, 11, 11, 10, 11};
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    // A number too wide for its column keeps a blank before it.
    std::size_t const blank = i == 0 ? 0 : 1;
    std::size_t const padding = cells[i].size() < widths[i] ? widths[i] - cells[i].size() : blank;
    line.append(padding, ' ');
    line += cells[i];
  }
  return line + '\n';
}

inline std::string member_rows(Report const& report) {
  std::string text = member_line({"job", "samples", "distinct", "processed", "seconds", "samples/s",
                                  "accuracy", "out-of-bag"});
  std::string notes;
  for (MemberRecord const& member : report.members) {
    double const rate = static_cast<double>(member.samples_processed) / member.seconds;
    text += member_line({std::to_string(member.job), std::to_string(member.samples),
                         std::to_string(member.distinct_samples),
                         std::to_string(member.samples_processed), fixed(member.seconds, 3),
                         fixed(rate, 1), quality_text(member.quality),
                         quality_text(member.out_of_bag_quality)});
    std::string const job = "job " + std::to_string(member.job) + ": ";
    if (!member.completed()) notes += row("stopped", job + member.stopped);
    if (member.skipped_steps > 0)
      notes += row("skipped", job + counted(member.skipped_steps, "step") +
                                  ", whose scaled gradients overflowed");
    if (member.recorded_steps > 0)
      notes += row("recorded", job + counted(member.recorded_steps, "step") +
                                   ", given to the device as one piece each");
    if (member.resumed > 0)
      notes += row("resumed", job + counted(member.resumed, "time") + " from a checkpoint");
  }
  return text + notes;
}

inline std::string reduction_rows(Report const& report) {
  ReductionCost const& cost = report.reductions;
  if (report.parallelism_degree == 1) return row("reductions", "none: one rank a base model");
  if (cost.transport.empty()) return row("reductions", "");  // no member is kept
  return row("reductions", cost.transport) +
         row("", grouped(cost.wire_bytes_per_step) + " bytes a rank and step, in " +
                     counted(cost.buckets, "bucket")) +
         row("", "exposed " + seconds_text(cost.exposed_seconds) + ", hidden under kernels " +
                     seconds_text(cost.hidden_seconds) + "; in training, mean of the ranks");
}

inline std::string time_rows(Report const& report) {
  std::string training = seconds_text(report.training_seconds);
  if (!report.timing.empty()) training += ", " + report.timing;
  return row("training", training) + row("an epoch", seconds_text(report.epoch_seconds)) +
         reduction_rows(report) +
         row("preparation", seconds_text(report.preparation_seconds) + ", not in training") +
         row("evaluation", seconds_text(report.evaluation_seconds) + ", not in training") +
         row("checkpoints", seconds_text(report.checkpoint_seconds) + ", not in training") +
         row("rate", fixed(report.samples_per_second_per_member, 1) + " samples/s a base model") +
         row("", fixed(report.samples_per_second, 1) + " samples/s the whole system");
}

inline std::string quality_rows(Report const& report) {
  Report::Quality const& quality = report.quality;
  return row("metric", quality.metric) +
         row("mean of members", quality_text(report.mean_member_quality)) +
         row("ensemble", quality_text(quality.achieved)) +
         row("target", quality_text(quality.target));
}

/// Eq. (6), (8), (7), in the order in which they are computed.
inline std::string flops_rows(Report const& report) {
  Report::Quality const& quality = report.quality;
  return row("FLOP rules", report.flop_rules + ": " + grouped(report.training_flops_per_sample) +
                               " a training sample") +
         row("FLOPS", flops_text(report.flops)) +
         row("penalty",
             "(" + quality_text(quality.achieved) + "/" + quality_text(quality.target) + ")^" +
                 (shortest(quality.exponent).empty() ? "-" : shortest(quality.exponent)) + " = " +
                 quality_text(quality.penalty_coefficient)) +
         row("VFLOPS", flops_text(report.valid_flops));
}

inline std::string verdict(Report const& report) {
  if (report.quick)
    return "NOT A RESULT: a quick run checks that everything works, it measures nothing\n";
  return report.passed ? "PASSED\n" : "FAILED\n";
}

}  // namespace ai500::reports

namespace ai500 {

std::string describe(Report const& report) {
  std::string const line = reports::rule('-');
  return reports::title(report) + reports::benchmark_rows(report) + line +
         reports::environment_rows(report.environment) + reports::device_rows(report.members) +
         line + reports::shape_rows(report) + line + reports::member_rows(report) + line +
         reports::time_rows(report) + line + reports::quality_rows(report) + line +
         reports::flops_rows(report) + reports::rule('=') + reports::verdict(report) +
         reports::rule('=');
}

}  // namespace ai500
