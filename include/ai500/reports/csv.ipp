// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/reports/csv.hpp>
#include <ai500/reports/number_text.hpp>
#include <ai500/reports/report.hpp>
#include <ai500/storage/files.ipp>

namespace ai500::reports {

/// A file beyond this is no list of results.
inline constexpr Count largest_csv_file = Count{1} << 30;

inline std::string yes_or_no(bool value) { return value ? "yes" : "no"; }

/// When the first member began; rows are told apart by it.
inline double started_unix(Report const& report) {
  double started = not_measured;
  for (MemberRecord const& member : report.members)
    if (!(started <= member.started_unix)) started = member.started_unix;
  return started;
}

inline Count members_resumed(Report const& report) {
  return std::ranges::count_if(report.members,
                               [](MemberRecord const& member) { return member.resumed > 0; });
}

inline std::string names_and_versions(Environment const& environment) {
  std::string text;
  for (Library const& library : environment.libraries)
    text += (text.empty() ? "" : "; ") + library.name + ' ' + library.version;
  return text;
}

/// A column: its heading and what a report says there.
struct Column {
  char const* heading;
  std::string (*value)(Report const&);
};

inline constexpr Column columns[] = {
    {"version", [](Report const& r) { return r.version; }},
    {"started_unix_seconds", [](Report const& r) { return shortest(started_unix(r)); }},
    {"quick", [](Report const& r) { return yes_or_no(r.quick); }},
    {"passed", [](Report const& r) { return r.quick ? std::string() : yes_or_no(r.passed); }},
    {"workload", [](Report const& r) { return r.policies.workload; }},
    {"model", [](Report const& r) { return r.model; }},
    {"dataset", [](Report const& r) { return r.dataset; }},
    {"data_folder", [](Report const& r) { return r.data.folder; }},
    {"data_nodes", [](Report const& r) { return std::to_string(r.data.nodes); }},
    {"data_nodes_copied", [](Report const& r) { return std::to_string(r.data.nodes_copied); }},
    {"data_bytes", [](Report const& r) { return std::to_string(r.data.bytes); }},
    {"data_seconds", [](Report const& r) { return shortest(r.data.seconds); }},
    {"kernels", [](Report const& r) { return r.kernels; }},
    {"sampler", [](Report const& r) { return r.policies.sampler; }},
    {"optimizer", [](Report const& r) { return r.policies.optimizer; }},
    {"precision", [](Report const& r) { return r.policies.precision; }},
    {"parallel_mode", [](Report const& r) { return r.policies.parallel_mode; }},
    {"collective", [](Report const& r) { return r.policies.collective; }},
    {"aggregation", [](Report const& r) { return r.policies.aggregation; }},
    {"compute_type", [](Report const& r) { return r.precision.compute; }},
    {"accumulate_type", [](Report const& r) { return r.precision.accumulate; }},
    {"message_type", [](Report const& r) { return r.precision.message; }},
    {"layout", [](Report const& r) { return r.layout; }},
    {"instruction_set", [](Report const& r) { return r.instruction_set; }},
    {"ensemble_size", [](Report const& r) { return std::to_string(r.ensemble_size); }},
    {"members_kept", [](Report const& r) { return std::to_string(r.members_kept); }},
    {"parallelism_degree", [](Report const& r) { return std::to_string(r.parallelism_degree); }},
    {"scale_ranks", [](Report const& r) { return std::to_string(r.scale); }},
    {"batch_samples", [](Report const& r) { return std::to_string(r.batch); }},
    {"micro_batch_samples", [](Report const& r) { return std::to_string(r.micro_batch); }},
    {"augmentation", [](Report const& r) { return r.augmentation; }},
    {"epochs", [](Report const& r) { return std::to_string(r.epochs); }},
    {"threads_per_rank", [](Report const& r) { return std::to_string(r.threads); }},
    {"seed", [](Report const& r) { return std::to_string(r.seed); }},
    {"samples_per_second", [](Report const& r) { return shortest(r.samples_per_second); }},
    {"samples_per_second_per_member",
     [](Report const& r) { return shortest(r.samples_per_second_per_member); }},
    {"epoch_seconds", [](Report const& r) { return shortest(r.epoch_seconds); }},
    {"training_seconds", [](Report const& r) { return shortest(r.training_seconds); }},
    {"preparation_seconds", [](Report const& r) { return shortest(r.preparation_seconds); }},
    {"evaluation_seconds", [](Report const& r) { return shortest(r.evaluation_seconds); }},
    {"checkpoint_seconds", [](Report const& r) { return shortest(r.checkpoint_seconds); }},
    {"members_resumed", [](Report const& r) { return std::to_string(members_resumed(r)); }},
    {"timing", [](Report const& r) { return r.timing; }},
    {"reduction_transport", [](Report const& r) { return r.reductions.transport; }},
    {"reduction_buckets", [](Report const& r) { return std::to_string(r.reductions.buckets); }},
    {"wire_bytes_per_step",
     [](Report const& r) { return std::to_string(r.reductions.wire_bytes_per_step); }},
    {"hidden_reduction_seconds",
     [](Report const& r) { return shortest(r.reductions.hidden_seconds); }},
    {"exposed_reduction_seconds",
     [](Report const& r) { return shortest(r.reductions.exposed_seconds); }},
    {"flop_per_second", [](Report const& r) { return shortest(r.flops); }},
    {"valid_flop_per_second", [](Report const& r) { return shortest(r.valid_flops); }},
    {"flop_rules", [](Report const& r) { return r.flop_rules; }},
    {"training_flop_per_sample",
     [](Report const& r) { return std::to_string(r.training_flops_per_sample); }},
    {"quality_metric", [](Report const& r) { return r.quality.metric; }},
    {"achieved_quality", [](Report const& r) { return shortest(r.quality.achieved); }},
    {"target_quality", [](Report const& r) { return shortest(r.quality.target); }},
    {"penalty_exponent", [](Report const& r) { return shortest(r.quality.exponent); }},
    {"penalty_coefficient",
     [](Report const& r) { return shortest(r.quality.penalty_coefficient); }},
    {"mean_member_quality", [](Report const& r) { return shortest(r.mean_member_quality); }},
    {"host", [](Report const& r) { return r.environment.host; }},
    {"cpu", [](Report const& r) { return r.environment.cpu; }},
    {"cores", [](Report const& r) { return std::to_string(r.environment.cores); }},
    {"host_cores", [](Report const& r) { return std::to_string(r.environment.host_cores); }},
    {"compiler", [](Report const& r) { return r.environment.compiler; }},
    {"libraries", [](Report const& r) { return names_and_versions(r.environment); }},
    {"git_revision", [](Report const& r) { return r.environment.git_revision; }},
    {"operating_system", [](Report const& r) { return r.environment.operating_system; }}};

/// What stands before a new row: the header in a new file, a newline behind an unfinished line.
/// @throws OutputError if the file's columns are others
inline std::string before_row(std::string const& path, Count size) {
  if (size == 0) return csv_header();
  std::string const text = read_file(path, largest_csv_file);
  if (!text.starts_with(csv_header()))
    throw OutputError(path +
                      ": begins with other columns than this version of ai500 writes; move the "
                      "file away or choose another output folder");
  return text.back() == '\n' ? "" : "\n";
}

}  // namespace ai500::reports

namespace ai500 {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (char const letter : text) {
    if (letter == '"') field += '"';
    field += letter;
  }
  return field + '"';
}

std::string csv_header() {
  std::string line;
  for (reports::Column const& column : reports::columns)
    line += (line.empty() ? "" : ",") + csv_field(column.heading);
  return line + '\n';
}

std::string csv_row(Report const& report) {
  std::string line;
  for (reports::Column const& column : reports::columns)
    line += csv_field(column.value(report)) + ',';
  line.back() = '\n';
  return line;
}

void append_to_csv(std::string const& path, Report const& report) {
  storage::OpenFile file(path, O_WRONLY | O_CREAT | O_APPEND, path);
  file.lock();
  Count const size = file.size();
  std::string const row = reports::before_row(path, size) + csv_row(report);
  try {
    file.write(row);
    file.sync();
  } catch (...) {
    // Half a row would spoil the file for every reader. If this fails too, the first error counts.
    [[maybe_unused]] int const ignored = ::ftruncate(file.descriptor(), size);
    throw;
  }
  file.close();
}

}  // namespace ai500
