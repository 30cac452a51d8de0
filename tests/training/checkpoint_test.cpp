// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <ai500/training/checkpoint.hpp>

#include "../storage/output_folder.hpp"

using namespace ai500;
using ai500::test::has;
using ai500::test::names_in;
using ai500::test::output_error;
using ai500::test::OutputFolder;
using ai500::test::read_bytes;
using ai500::test::write_bytes;

namespace {

/// A training's numbers: what is no number, a negative zero and the smallest among them.
struct Numbers {
  std::vector<float> parameters{1, -0.0f, std::numeric_limits<float>::denorm_min()};
  std::vector<double> velocities{std::numeric_limits<double>::quiet_NaN(), 1.0 / 3};
  std::vector<float> none{};

  std::vector<TrainingBuffer> buffers() {
    return {training_buffer("parameters", View<float>(parameters.data(), 3)),
            training_buffer("running_statistics", View<float>(none.data(), 0)),
            training_buffer("optimizer.velocities", View<double>(velocities.data(), 2))};
  }
  bool same_bits(Numbers const& other) const {
    return std::memcmp(parameters.data(), other.parameters.data(), 12) == 0 &&
           std::memcmp(velocities.data(), other.velocities.data(), 16) == 0;
  }
};

Numbers zeros() { return {.parameters = {0, 0, 0}, .velocities = {0, 0}, .none = {}}; }

Checkpoint example() {
  return {.job = 3,
          .settings = "model; batch 32; seed 1",
          .position = {.epoch = 2, .step = 5, .samples_processed = 1184, .loss = 1.0 / 3},
          .seconds = 0.1 + 0.2,
          .checkpoint_seconds = 0.25,
          .started_unix = 1700000000.123,
          .resumed = 4,
          .reductions = {
              .transport = "shared memory", .hidden_seconds = 0.5, .exposed_seconds = 1.0 / 7}};
}

CheckpointPlan plan_of(std::string const& file) {
  return {.file = file, .settings = example().settings};
}

FitProgress behind(int epoch, Count step) {
  return {.epoch = epoch, .epochs = 3, .step = step, .steps = 10, .loss = 0.5};
}

}  // namespace

TEST_CASE("load_checkpoint: gives back every bit of what was saved") {
  OutputFolder const folder;
  std::string const file = folder / "member-0003/checkpoint.safetensors";
  Numbers saved;
  save_checkpoint(file, example(), saved.buffers());

  Numbers numbers = zeros();
  Checkpoint const back = load_checkpoint(plan_of(file), 3, numbers.buffers());

  CHECK(numbers.same_bits(saved));
  CHECK(back.job == 3);
  CHECK(back.settings == example().settings);
  CHECK(back.position.epoch == 2);
  CHECK(back.position.step == 5);
  CHECK(back.position.samples_processed == 1184);
  CHECK(back.position.loss == 1.0 / 3);
  CHECK(back.seconds == 0.1 + 0.2);
  CHECK(back.checkpoint_seconds == 0.25);
  CHECK(back.started_unix == 1700000000.123);
  CHECK(back.resumed == 4);
  CHECK(back.reductions == example().reductions);
  CHECK(back.hash.size() == 32);
  CHECK(names_in(folder / "member-0003") == std::vector<std::string>{"checkpoint.safetensors"});
}

TEST_CASE("save_checkpoint: another one of the same training has another hash") {
  OutputFolder const folder;
  Numbers numbers;
  std::vector<std::string> hashes;
  auto const save = [&](Checkpoint const& checkpoint) {
    save_checkpoint(folder / "a", checkpoint, numbers.buffers());
    hashes.push_back(load_checkpoint(plan_of(folder / "a"), 3, numbers.buffers()).hash);
  };

  save(example());
  save(example());
  Checkpoint later = example();
  later.position.step = 6;
  save(later);
  numbers.velocities[1] = 0.25;
  save(later);

  CHECK(hashes[1] == hashes[0]);
  CHECK(hashes[2] != hashes[0]);
  CHECK(hashes[3] != hashes[2]);
}

TEST_CASE(
    "load_checkpoint: a file cut off anywhere is an error that names it and says what to do") {
  OutputFolder const folder;
  std::string const file = folder / "a";
  Numbers saved;
  save_checkpoint(file, example(), saved.buffers());
  std::string const bytes = read_bytes(file);

  for (std::size_t length = 0; length < bytes.size(); ++length) {
    write_bytes(file, bytes.substr(0, length));
    Numbers numbers = zeros();
    std::string const message =
        output_error([&] { load_checkpoint(plan_of(file), 3, numbers.buffers()); });
    CHECK_MESSAGE(has(message, {file, "remove that checkpoint"}), length);
    CHECK(numbers.same_bits(zeros()));
  }
}

TEST_CASE("load_checkpoint: a damaged byte is an error, or changes nothing") {
  OutputFolder const folder;
  std::string const file = folder / "a";
  Numbers saved;
  save_checkpoint(file, example(), saved.buffers());
  std::string const bytes = read_bytes(file);
  int unnoticed = 0;
  int noticed = 0;

  for (std::size_t place = 0; place < bytes.size(); ++place)
    for (char const damage : {'\x01', '\x10', '\x20'}) {
      std::string damaged = bytes;
      damaged[place] = static_cast<char>(damaged[place] ^ damage);
      write_bytes(file, damaged);
      Numbers numbers = zeros();
      Checkpoint back;
      std::string const message =
          output_error([&] { back = load_checkpoint(plan_of(file), 3, numbers.buffers()); });
      bool const is_same = numbers.same_bits(saved) && back.position.step == 5 &&
                           back.position.epoch == 2 && back.seconds == example().seconds;
      bool const is_refused = has(message, {file}) && numbers.same_bits(zeros());
      if (message.empty() ? !is_same : !is_refused) ++unnoticed;
      if (!message.empty()) ++noticed;
    }

  CHECK(unnoticed == 0);
  CHECK(noticed > 3 * 28);  // all of the numbers, and more
}

TEST_CASE("load_checkpoint: of another job, other settings or another model is an error") {
  OutputFolder const folder;
  std::string const file = folder / "a";
  Numbers numbers;
  save_checkpoint(file, example(), numbers.buffers());
  CheckpointPlan other = plan_of(file);
  other.settings = "model; batch 32; seed 7";
  std::vector<TrainingBuffer> fewer = numbers.buffers();
  fewer.pop_back();
  std::vector<TrainingBuffer> renamed = numbers.buffers();
  renamed[2].name = "optimizer.moments";

  auto const message = [](CheckpointPlan const& plan, Job job,
                          std::vector<TrainingBuffer> const& buffers) {
    return output_error([&] { load_checkpoint(plan, job, buffers); });
  };
  CHECK(has(message(plan_of(file), 1, numbers.buffers()), {file, "job 3, not 1", "remove"}));
  CHECK(has(message(other, 3, numbers.buffers()),
            {file, "there:     seed 1\n", "asked for: seed 7\n", "--output", "remove"}));
  CHECK(has(message(plan_of(file), 3, fewer), {file, "optimizer.velocities (2 float64)"}));
  CHECK(has(message(plan_of(file), 3, renamed), {file, "optimizer.moments"}));
}

TEST_CASE("load_checkpoint: what is no checkpoint is an error") {
  OutputFolder const folder;
  Numbers numbers;
  auto const message = [&](std::string const& bytes) {
    write_bytes(folder / "a", bytes);
    return output_error([&] { load_checkpoint(plan_of(folder / "a"), 3, numbers.buffers()); });
  };

  CHECK(has(message("text"), {folder / "a", "is not a safetensors file"}));
  CHECK(has(message(std::string("\2\0\0\0\0\0\0\0{}", 10)),
            {folder / "a", "is no checkpoint of ai500"}));
  CHECK(has(output_error([&] { load_checkpoint(plan_of(folder / "no"), 3, numbers.buffers()); }),
            {folder / "no", "No such file"}));
}

TEST_CASE("save_checkpoint: a folder that cannot be written is an error") {
  OutputFolder const folder;
  Numbers numbers;
  write_bytes(folder / "file", "");

  CHECK(has(output_error([&] { save_checkpoint(folder / "file/a", example(), numbers.buffers()); }),
            {folder / "file"}));
}

TEST_CASE("checkpoint_is_due: at the end of each epoch unless a number of steps is given") {
  CheckpointPlan plan{.file = "a"};
  CHECK_FALSE(checkpoint_is_due(plan, behind(0, 8)));
  CHECK(checkpoint_is_due(plan, behind(0, 9)));
  CHECK(checkpoint_is_due(plan, behind(2, 9)));

  plan.steps = 4;  // of 30: behind 4, 8, 12, ... and the last
  CHECK_FALSE(checkpoint_is_due(plan, behind(0, 2)));
  CHECK(checkpoint_is_due(plan, behind(0, 3)));
  CHECK_FALSE(checkpoint_is_due(plan, behind(0, 9)));
  CHECK(checkpoint_is_due(plan, behind(1, 1)));
  CHECK(checkpoint_is_due(plan, behind(2, 9)));
}

TEST_CASE("checkpoint_is_due: never without a file, with no steps, or of a loss not finite") {
  FitProgress lost = behind(0, 9);
  lost.loss = std::numeric_limits<double>::infinity();

  CHECK_FALSE(checkpoint_is_due({}, behind(0, 9)));
  CHECK_FALSE(checkpoint_is_due({.file = "a", .settings = {}, .steps = 0}, behind(2, 9)));
  CHECK_FALSE(checkpoint_is_due({.file = "a"}, lost));
}

TEST_CASE("position_behind: the next step, in the next epoch where one ends") {
  FitPosition const middle = position_behind(behind(1, 3), 32);
  FitPosition const end = position_behind(behind(1, 9), 32);

  CHECK(middle.epoch == 1);
  CHECK(middle.step == 4);
  CHECK(middle.samples_processed == 14 * 32);
  CHECK(middle.loss == 0.5);
  CHECK(end.epoch == 2);
  CHECK(end.step == 0);
  CHECK(end.samples_processed == 20 * 32);
}

TEST_CASE("require_one_start: all the same, or an error that names two ranks") {
  CHECK_NOTHROW(require_one_start(1, {"here", "here"}));
  CHECK(has(output_error([] {
              require_one_start(1, {"here", "here", "there"});
            }),
            {"job 1", "rank 0 would begin at here", "rank 2 at there", "--output"}));
}
