// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/reports/json.ipp>
#include <ai500/reports/member_folder.hpp>
#include <ai500/reports/saved_predictions.hpp>
#include <ai500/storage/files.hpp>
#include <ai500/storage/hash.hpp>

namespace ai500::reports {

inline constexpr char const* predictions_file = "predictions.safetensors";
inline constexpr Count longest_member_json = Count{1} << 24;

inline std::string member_json(std::string const& output, Job job) {
  return member_folder(output, job) + "/member.json";
}

/// The members that have a folder, finished or not, in job order.
/// @throws OutputError
inline std::vector<Job> members_with_folder(std::string const& output) {
  constexpr std::string_view prefix = "member-";
  std::vector<Job> jobs;
  for (std::string const& name : folder_names(output)) {
    if (!name.starts_with(prefix)) continue;
    Job job = 0;
    char const* const end = name.data() + name.size();
    auto const [rest, error] = std::from_chars(name.data() + prefix.size(), end, job);
    // The last: "member-7" and "member-00007" are not names of ours.
    if (error == std::errc{} && rest == end && member_folder(output, job) == output + '/' + name)
      jobs.push_back(job);
  }
  std::sort(jobs.begin(), jobs.end());
  return jobs;
}

}  // namespace ai500::reports

namespace ai500 {

std::string member_folder(std::string const& output, Job job) {
  constexpr std::size_t digits = 4;
  std::string number = std::to_string(job);
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return output + "/member-" + number;
}

std::string checkpoint_file(std::string const& output, Job job) {
  return member_folder(output, job) + "/checkpoint.safetensors";
}

void save_member(std::string const& output, MemberRecord const& record,
                 Predictions const& predictions) {
  std::string const folder = member_folder(output, record.job);
  std::string const bytes = to_safetensors(predictions);
  reports::Json json = reports::json_of(record);
  json["predictions"] = {{"file", reports::predictions_file},
                         {"bytes", bytes.size()},
                         {storage::hash_key, xxh3_128(bytes)}};

  create_folders(folder);
  // Between here and the end there is no member: an old member.json must not vouch for new
  // predictions.
  remove_file(reports::member_json(output, record.job));
  write_atomically(folder + '/' + reports::predictions_file, bytes);
  write_atomically(reports::member_json(output, record.job), storage::sealed_text(json));
  remove_file(checkpoint_file(output, record.job));
}

SavedMember load_member(std::string const& output, Job job) {
  std::string const file = reports::member_json(output, job);
  reports::Json const json =
      storage::parse_sealed(read_file(file, reports::longest_member_json), file);
  reports::JsonReader const reader(json, file);
  SavedMember member{.record = reports::member_of(json, file), .predictions = {}};
  if (member.record.job != job)
    throw OutputError(file + ": holds member " + std::to_string(member.record.job) + ", not " +
                      std::to_string(job));

  std::string const predictions = member_folder(output, job) + '/' + reports::predictions_file;
  reports::JsonReader const file_reader(reader.value("predictions"), file + ": predictions");
  std::string const bytes = read_file(predictions, file_reader.integer<Count>("bytes", 0));
  std::string const predictions_hash = xxh3_128(bytes);
  if (predictions_hash != file_reader.text(storage::hash_key))
    throw OutputError(predictions + ": is damaged or belongs to another run: it has the hash " +
                      predictions_hash + ", not " + file_reader.text(storage::hash_key) +
                      " as member.json says");
  member.predictions = predictions_from_safetensors(bytes, predictions);
  return member;
}

bool member_is_finished(std::string const& output, Job job) {
  return file_exists(reports::member_json(output, job));
}

std::vector<Job> finished_members(std::string const& output) {
  std::vector<Job> jobs = reports::members_with_folder(output);
  std::erase_if(jobs, [&](Job job) { return !member_is_finished(output, job); });
  return jobs;
}

void sweep_members(std::string const& output) {
  for (Job const job : reports::members_with_folder(output)) {
    remove_stale_temporaries(member_folder(output, job));
    if (member_is_finished(output, job)) remove_file(checkpoint_file(output, job));
  }
}

std::vector<SavedMember> load_members(std::string const& output) {
  std::vector<SavedMember> members;
  for (Job const job : finished_members(output)) members.push_back(load_member(output, job));
  return members;
}

}  // namespace ai500
