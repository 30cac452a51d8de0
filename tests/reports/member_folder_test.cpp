// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <ai500/collectives/host_name.hpp>
#include <ai500/reports/json.hpp>
#include <ai500/reports/member_folder.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::example_member;
using ai500::test::has;
using ai500::test::names_in;
using ai500::test::output_error;
using ai500::test::OutputFolder;
using ai500::test::read_bytes;
using ai500::test::write_bytes;

namespace {

Predictions example_predictions() {
  return {.samples = 2, .classes = 3, .probabilities = {0.5f, 0.25f, 0.25f, 1, 0, 0}};
}

MemberRecord member_of_job(Job job) {
  MemberRecord member = example_member();
  member.job = job;
  return member;
}

}  // namespace

TEST_CASE("member_folder: numbers have four digits, or more") {
  CHECK(member_folder("out", 0) == "out/member-0000");
  CHECK(member_folder("out", 42) == "out/member-0042");
  CHECK(member_folder("out", 9999) == "out/member-9999");
  CHECK(member_folder("out", 12345) == "out/member-12345");
}

TEST_CASE("save_member: the member comes back, record and predictions") {
  OutputFolder const output;
  MemberRecord const record = member_of_job(7);

  save_member(output.path(), record, example_predictions());
  SavedMember const back = load_member(output.path(), 7);

  CHECK(to_json(back.record) == to_json(record));
  CHECK(back.predictions == example_predictions());
  CHECK(names_in(output / "member-0007") ==
        std::vector<std::string>{"member.json", "predictions.safetensors"});
}

TEST_CASE("save_member: a member that stopped has no numbers and perhaps no predictions") {
  OutputFolder const output;
  MemberRecord record = member_of_job(0);
  record.quality = record.final_loss = not_measured;
  record.stopped = "loss is not finite at epoch 1, step 17";
  Predictions const none{.samples = 0, .classes = 10, .probabilities = {}};

  save_member(output.path(), record, none);
  SavedMember const back = load_member(output.path(), 0);

  CHECK(back.record.stopped == record.stopped);
  CHECK(back.record.quality != back.record.quality);
  CHECK(back.predictions == none);
}

TEST_CASE("save_member: the checkpoint of a finished member goes, that of another stays") {
  OutputFolder const output;
  for (Job const job : {0u, 1u}) {
    std::filesystem::create_directories(member_folder(output.path(), job));
    write_bytes(checkpoint_file(output.path(), job), "checkpoint");
  }

  save_member(output.path(), member_of_job(0), example_predictions());

  CHECK_FALSE(std::filesystem::exists(checkpoint_file(output.path(), 0)));
  CHECK(read_bytes(checkpoint_file(output.path(), 1)) == "checkpoint");
  CHECK(finished_members(output.path()) == std::vector<Job>{0});
}

TEST_CASE("sweep_members: removes what nobody needs, in all members' folders, and nothing else") {
  OutputFolder const output;
  for (Job const job : {0u, 1u}) {
    std::filesystem::create_directories(member_folder(output.path(), job));
    write_bytes(member_folder(output.path(), job) + "/.tmp-checkpoint.safetensors-" +
                    std::to_string(std::numeric_limits<int>::max()) + '@' + host_name(),
                "half of it");
  }
  save_member(output.path(), member_of_job(0), example_predictions());
  // As if killed between the last file of the member and the end of its checkpoint.
  for (Job const job : {0u, 1u}) write_bytes(checkpoint_file(output.path(), job), "checkpoint");

  sweep_members(output.path());

  CHECK(names_in(output / "member-0000") ==
        std::vector<std::string>{"member.json", "predictions.safetensors"});
  CHECK(names_in(output / "member-0001") == std::vector<std::string>{"checkpoint.safetensors"});
  CHECK(load_member(output.path(), 0).predictions == example_predictions());
}

TEST_CASE("save_member: replaces an earlier member") {
  OutputFolder const output;
  save_member(output.path(), member_of_job(0), example_predictions());
  Predictions other = example_predictions();
  other.probabilities[0] = 0.125f;

  save_member(output.path(), member_of_job(0), other);

  CHECK(load_member(output.path(), 0).predictions == other);
}

TEST_CASE("save_member: a member whose predictions cannot be written is not finished") {
  OutputFolder const output;
  save_member(output.path(), member_of_job(0), example_predictions());
  std::string const predictions = output / "member-0000/predictions.safetensors";
  std::filesystem::remove(predictions);
  std::filesystem::create_directory(predictions);

  std::string const message =
      output_error([&] { save_member(output.path(), member_of_job(0), example_predictions()); });

  CHECK(has(message, {predictions, "rename"}));
  CHECK_FALSE(member_is_finished(output.path(), 0));
}

TEST_CASE("save_member: an output folder that is a file is an error") {
  OutputFolder const output;
  write_bytes(output / "file", "");

  CHECK(has(
      output_error([&] { save_member(output / "file", member_of_job(0), example_predictions()); }),
      {output / "file", "mkdir"}));
}

TEST_CASE("finished_members: those with a member.json, in job order") {
  OutputFolder const output;
  for (Job const job : {5u, 2u, 0u})
    save_member(output.path(), member_of_job(job), example_predictions());
  // Killed between its two files.
  std::filesystem::create_directory(output / "member-0001");
  write_bytes(output / "member-0001/predictions.safetensors", "");

  CHECK(finished_members(output.path()) == std::vector<Job>{0, 2, 5});
}

TEST_CASE("load_members: all that are finished, in job order, whatever M was") {
  OutputFolder const output;
  for (Job const job : {12345u, 9999u, 0u, 10u})
    save_member(output.path(), member_of_job(job), example_predictions());
  // Not names of ours, though there is a member in it.
  for (std::string const name :
       {"member-3", "member-00010", "member-0010.old", "member-", "others"})
    std::filesystem::copy(output / "member-0000", output / name);

  std::vector<Job> jobs;
  for (SavedMember const& member : load_members(output.path())) {
    jobs.push_back(member.record.job);
    CHECK(member.predictions == example_predictions());
  }

  CHECK(jobs == std::vector<Job>{0, 10, 9999, 12345});
}

TEST_CASE("load_members: no folder is an error, an empty one is not") {
  OutputFolder const output;

  CHECK(load_members(output.path()).empty());
  CHECK(has(output_error([&] { load_members(output / "no"); }),
            {output / "no", "opendir", "No such file or directory"}));
}

TEST_CASE("load_member: a member that is not there is an error") {
  OutputFolder const output;

  CHECK(has(output_error([&] { load_member(output.path(), 3); }),
            {output / "member-0003/member.json", "No such file or directory"}));
}

TEST_CASE("load_member: a folder under another member's number is an error") {
  OutputFolder const output;
  save_member(output.path(), member_of_job(1), example_predictions());
  std::filesystem::rename(output / "member-0001", output / "member-0002");

  CHECK(has(output_error([&] { load_member(output.path(), 2); }),
            {output / "member-0002/member.json", "member 1, not 2"}));
}

TEST_CASE("load_member: predictions of another member are an error") {
  OutputFolder const output;
  Predictions other = example_predictions();
  other.probabilities[0] = 0.125f;
  save_member(output.path(), member_of_job(0), example_predictions());
  save_member(output.path(), member_of_job(1), other);
  std::filesystem::copy_file(output / "member-0001/predictions.safetensors",
                             output / "member-0000/predictions.safetensors",
                             std::filesystem::copy_options::overwrite_existing);

  CHECK(has(output_error([&] { load_member(output.path(), 0); }),
            {output / "member-0000/predictions.safetensors", "hash"}));
}

TEST_CASE("load_member: a file cut off anywhere is an error that names it") {
  OutputFolder const output;
  for (std::string const name : {"member.json", "predictions.safetensors"}) {
    save_member(output.path(), member_of_job(0), example_predictions());
    std::string const file = output / ("member-0000/" + name);
    std::string const bytes = read_bytes(file);
    // member.json ends with a newline that means nothing.
    std::size_t const whole = name == "member.json" ? bytes.size() - 1 : bytes.size();

    for (std::size_t length = 0; length < whole; ++length) {
      write_bytes(file, bytes.substr(0, length));
      CHECK_MESSAGE(has(output_error([&] { load_member(output.path(), 0); }), {file}), length);
    }
    write_bytes(file, bytes + "x");
    CHECK(has(output_error([&] { load_member(output.path(), 0); }), {file}));
  }
}

TEST_CASE("load_member: a damaged byte is an error, or changes nothing") {
  OutputFolder const output;
  std::string const expected = to_json(member_of_job(0));
  for (std::string const name : {"member.json", "predictions.safetensors"}) {
    save_member(output.path(), member_of_job(0), example_predictions());
    std::string const file = output / ("member-0000/" + name);
    std::string const bytes = read_bytes(file);
    int unnoticed = 0;

    for (std::size_t place = 0; place < bytes.size(); ++place)
      for (char const damage : {'\x01', '\x10', '\x20'}) {
        std::string damaged = bytes;
        damaged[place] = static_cast<char>(damaged[place] ^ damage);
        write_bytes(file, damaged);
        SavedMember back;
        std::string const message = output_error([&] { back = load_member(output.path(), 0); });
        bool const is_same =
            to_json(back.record) == expected && back.predictions == example_predictions();
        bool const names_file = has(message, {output / "member-0000/"});
        if (message.empty() ? !is_same : !names_file) ++unnoticed;
      }

    CHECK(unnoticed == 0);
    write_bytes(file, bytes);
  }
}
