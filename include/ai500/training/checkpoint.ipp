// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of checkpoint.hpp. The file's metadata have a text "checkpoint", the
/// record in JSON, and "xxh3_128", the hash of that text and of the numbers behind the header.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/storage/files.ipp>
#include <ai500/storage/hash.hpp>
#include <ai500/storage/json.ipp>
#include <ai500/storage/safetensors.hpp>
#include <ai500/training/checkpoint.hpp>
#include <ai500/training/settings_difference.hpp>
#include <ai500/version.hpp>

namespace ai500::training {

inline constexpr char const* record_key = "checkpoint";
inline constexpr Count largest_checkpoint = Count{1} << 42;

inline std::string_view text_of(std::span<std::byte const> bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

inline std::string record_text(Checkpoint const& checkpoint) {
  storage::Json const json = {{"job", checkpoint.job},
                              {"settings", checkpoint.settings},
                              {"epoch", checkpoint.position.epoch},
                              {"step", checkpoint.position.step},
                              {"samples_processed", checkpoint.position.samples_processed},
                              {"loss", checkpoint.position.loss},
                              {"seconds", checkpoint.seconds},
                              {"checkpoint_seconds", checkpoint.checkpoint_seconds},
                              {"started_unix", checkpoint.started_unix},
                              {"resumed", checkpoint.resumed},
                              {"transport", checkpoint.reductions.transport},
                              {"hidden_seconds", checkpoint.reductions.hidden_seconds},
                              {"exposed_seconds", checkpoint.reductions.exposed_seconds}};
  return json.dump(-1, ' ', false, storage::Json::error_handler_t::replace);
}

/// @throws OutputError
inline Checkpoint parse_record(std::string const& text, std::string const& file) {
  storage::Json const json = storage::parse_json(text, file);
  storage::JsonReader const reader(json, file);
  Checkpoint checkpoint;
  checkpoint.job = reader.integer<Job>("job", 0);
  checkpoint.settings = reader.text("settings");
  checkpoint.position.epoch = reader.integer<int>("epoch", 0);
  checkpoint.position.step = reader.integer<Count>("step", 0);
  checkpoint.position.samples_processed = reader.integer<Count>("samples_processed", 0);
  checkpoint.position.loss = reader.number("loss");
  checkpoint.seconds = reader.number("seconds");
  checkpoint.checkpoint_seconds = reader.number("checkpoint_seconds");
  checkpoint.started_unix = reader.number("started_unix");
  checkpoint.resumed = reader.integer<int>("resumed", 0);
  checkpoint.reductions.transport = reader.text("transport");
  checkpoint.reductions.hidden_seconds = reader.number("hidden_seconds");
  checkpoint.reductions.exposed_seconds = reader.number("exposed_seconds");
  return checkpoint;
}

/// @throws OutputError
inline std::string metadata_text(Safetensors const& contents, char const* key,
                                 std::string const& file) {
  auto const found = contents.metadata.find(key);
  if (found == contents.metadata.end())
    throw OutputError(file + ": is no checkpoint of ai500: its metadata have no \"" + key + '"');
  return found->second;
}

/// The record of a file whose hash is right.
/// @throws OutputError
inline Checkpoint verified_record(Safetensors const& contents, std::string const& file) {
  std::string const text = metadata_text(contents, record_key, file);
  std::string const stated = metadata_text(contents, storage::hash_key, file);
  PiecewiseHash hash;
  hash.add(text);
  for (Tensor const& tensor : contents.tensors) hash.add(tensor.bytes);
  if (hash.digits() != stated)
    throw OutputError(file + ": is damaged: its contents have the hash " + hash.digits() +
                      ", not " + stated + " as it says");
  Checkpoint checkpoint = parse_record(text, file);
  checkpoint.hash = stated;
  return checkpoint;
}

/// A file's tensors are the model's buffers, name by name.
/// @throws OutputError
inline void require_same_buffers(std::vector<Tensor> const& tensors,
                                 std::span<TrainingBuffer const> buffers, std::string const& file) {
  auto const is_same = [](Tensor const& tensor, TrainingBuffer const& buffer) {
    return tensor.name == buffer.name && tensor.type == buffer.type &&
           tensor.bytes.size() == buffer.bytes.size();
  };
  if (std::ranges::equal(tensors, buffers, is_same)) return;
  auto const listed = [](std::string& text, std::string const& name, NumberType type,
                         std::size_t bytes) {
    text += (text.empty() ? "" : ", ") + name + " (" + std::to_string(bytes / size_in_bytes(type)) +
            ' ' + std::string(ai500::name(type)) + ')';
  };
  std::string found;
  for (Tensor const& tensor : tensors) listed(found, tensor.name, tensor.type, tensor.bytes.size());
  std::string wanted;
  for (TrainingBuffer const& buffer : buffers)
    listed(wanted, buffer.name, buffer.type, buffer.bytes.size());
  throw OutputError(file + ": is of another model or optimizer: it holds " + found +
                    ", this one has " + wanted);
}

/// @throws OutputError without what to do about it
inline Checkpoint load(CheckpointPlan const& plan, Job job,
                       std::span<TrainingBuffer const> buffers) {
  std::string const& file = plan.file;
  std::string const bytes = read_file(file, largest_checkpoint);
  Safetensors const contents = parse_safetensors(bytes, file);
  Checkpoint checkpoint = verified_record(contents, file);
  if (checkpoint.job != job)
    throw OutputError(file + ": is of job " + std::to_string(checkpoint.job) + ", not " +
                      std::to_string(job));
  if (checkpoint.settings != plan.settings)
    throw OutputError(file + ": is of a training with other settings:\n" +
                      settings_difference(checkpoint.settings, plan.settings) +
                      "\nAsk for what is there to go on with it, or give another --output");
  require_same_buffers(contents.tensors, buffers, file);
  for (std::size_t i = 0; i < buffers.size(); ++i)
    if (!buffers[i].bytes.empty())
      std::memcpy(buffers[i].bytes.data(), contents.tensors[i].bytes.data(),
                  buffers[i].bytes.size());
  return checkpoint;
}

}  // namespace ai500::training

namespace ai500 {

bool checkpoint_is_due(CheckpointPlan const& plan, FitProgress const& now) {
  if (plan.file.empty() || plan.steps == Count{0} || !std::isfinite(now.loss)) return false;
  bool const epoch_ends = now.step + 1 == now.steps;
  if (epoch_ends && now.epoch + 1 == now.epochs) return true;
  if (!plan.steps) return epoch_ends;
  return (now.epoch * now.steps + now.step + 1) % *plan.steps == 0;
}

FitPosition position_behind(FitProgress const& now, Count batch) {
  bool const epoch_ends = now.step + 1 == now.steps;
  return {.epoch = epoch_ends ? now.epoch + 1 : now.epoch,
          .step = epoch_ends ? 0 : now.step + 1,
          .samples_processed = (now.epoch * now.steps + now.step + 1) * batch,
          .loss = now.loss};
}

void save_checkpoint(std::string const& file, Checkpoint const& checkpoint,
                     std::span<TrainingBuffer const> buffers) {
  std::string const text = training::record_text(checkpoint);
  PiecewiseHash hash;
  hash.add(text);
  Safetensors contents;
  for (TrainingBuffer const& buffer : buffers) {
    std::string_view const bytes = training::text_of(buffer.bytes);
    hash.add(bytes);
    contents.tensors.push_back(
        {.name = buffer.name,
         .type = buffer.type,
         .shape = {static_cast<Count>(bytes.size() / size_in_bytes(buffer.type))},
         .bytes = bytes});
  }
  contents.metadata = {{"producer", "ai500 " + std::string(version)},
                       {training::record_key, text},
                       {storage::hash_key, hash.digits()}};
  std::string const header = safetensors_header(contents);
  std::vector<std::string_view> pieces{header};
  for (Tensor const& tensor : contents.tensors) pieces.push_back(tensor.bytes);
  create_folders(storage::folder_of(file));
  write_atomically(file, pieces);
}

void require_one_start(Job job, std::vector<std::string> const& starts) {
  for (std::size_t rank = 1; rank < starts.size(); ++rank)
    if (starts[rank] != starts[0])
      throw OutputError("job " + std::to_string(job) + ": its rank 0 would begin at " + starts[0] +
                        ", its rank " + std::to_string(rank) + " at " + starts[rank] +
                        "; --output must be a folder that all ranks of a job share");
}

Checkpoint load_checkpoint(CheckpointPlan const& plan, Job job,
                           std::span<TrainingBuffer const> buffers) {
  try {
    return training::load(plan, job, buffers);
  } catch (OutputError const& error) {
    throw OutputError(std::string(error.what()) +
                      "; remove that checkpoint to train the member from its start");
  }
}

}  // namespace ai500
