// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ai500/collectives/host_name.hpp>
#include <ai500/collectives/self.hpp>
#include <ai500/parallelism/data_duplicator.hpp>

#include "../storage/output_folder.hpp"

using namespace ai500;
using ai500::test::has;
using ai500::test::names_in;
using ai500::test::output_error;
using ai500::test::OutputFolder;
using ai500::test::read_bytes;
using ai500::test::write_bytes;

namespace {

std::vector<std::string> const names{"images", "labels", "more/images"};

/// A data set of three files, one in a folder of its own, and a place for copies.
struct Example {
  OutputFolder folder;
  std::string source = folder / "data";
  std::string scratch = folder / "scratch";

  Example() {
    std::filesystem::create_directories(source + "/more");
    write_bytes(source + "/images", std::string(10'000'000, 'i'));
    write_bytes(source + "/labels", "0123456789");
    write_bytes(source + "/more/images", "");
    write_bytes(source + "/not of the data set", "x");
  }

  NodeCopy duplicate() const { return duplicate_on_node(source, names, scratch); }
  std::string copy() const { return copy_folder(source, names, scratch); }
};

/// The files of a copy have the source's bytes, and there is nothing else but the manifest.
void check_whole(Example const& example) {
  for (std::string const& name : names)
    CHECK(read_bytes(example.copy() + '/' + name) == read_bytes(example.source + '/' + name));
  CHECK(names_in(example.copy()) ==
        std::vector<std::string>{"images", "labels", "manifest.json", "more"});
  CHECK(names_in(example.copy() + "/more") == std::vector<std::string>{"images"});
}

/// Nothing is left in the scratch folder but the lock's empty file.
void check_clean(std::string const& scratch) {
  for (std::string const& name : names_in(scratch)) CHECK(name.ends_with(".lock"));
}

}  // namespace

TEST_CASE("duplicate_on_node: copies the named files, and finds them whole the next time") {
  Example const example;

  NodeCopy const first = example.duplicate();
  check_whole(example);
  std::string const manifest = read_bytes(example.copy() + "/manifest.json");
  NodeCopy const second = example.duplicate();

  CHECK(first.folder == example.copy());
  CHECK(first.bytes == 10'000'010);
  CHECK(first.copied);
  CHECK(first.repaired.empty());
  CHECK_FALSE(second.copied);
  CHECK(second.bytes == first.bytes);
  CHECK(second.repaired.empty());
  CHECK(read_bytes(example.copy() + "/manifest.json") == manifest);
  check_whole(example);
}

TEST_CASE("duplicate_on_node: the manifest has the hashes that xxh128sum prints") {
  Example const example;

  example.duplicate();

  // Expected, for the empty file: Python's xxhash.xxh3_128_hexdigest.
  CHECK(has(read_bytes(example.copy() + "/manifest.json"),
            {"99aa06d3014798d86001c324468d497f", "\"bytes\": 10000000"}));
}

TEST_CASE("duplicate_on_node: what is damaged, cut off, longer or missing is copied again") {
  Example const example;
  example.duplicate();
  std::string const images = example.copy() + "/images";
  std::string const whole = read_bytes(images);
  std::string flipped = whole;
  flipped[9'999'999] = static_cast<char>(flipped[9'999'999] ^ 1);

  for (std::string const& bytes : {flipped, whole.substr(1), whole + "x", std::string()}) {
    write_bytes(images, bytes);
    NodeCopy const again = example.duplicate();
    CHECK(again.copied);
    REQUIRE(again.repaired.size() == 1);
    CHECK(has(again.repaired[0], {images, "it is damaged", "hash"}));
    check_whole(example);
  }
  std::filesystem::remove(images);
  NodeCopy const again = example.duplicate();
  REQUIRE(again.repaired.size() == 1);
  CHECK(has(again.repaired[0], {images, "missing"}));
  check_whole(example);
}

TEST_CASE("duplicate_on_node: without a good manifest nothing is taken for whole") {
  Example const example;
  example.duplicate();
  std::string const manifest = example.copy() + "/manifest.json";
  std::string edited = read_bytes(manifest);
  edited.replace(edited.find("10000000"), 8, "10000001");

  write_bytes(manifest, edited);
  NodeCopy const damaged = example.duplicate();
  CHECK(damaged.copied);
  CHECK(has(damaged.repaired.at(0), {manifest, "damaged"}));
  check_whole(example);
  std::filesystem::remove(manifest);
  NodeCopy const missing = example.duplicate();

  CHECK(missing.copied);
  CHECK(has(missing.repaired.at(0), {example.copy() + "/images", "no entry in the manifest"}));
  check_whole(example);
}

TEST_CASE("duplicate_on_node: a source that has changed is copied again") {
  Example const example;
  example.duplicate();
  write_bytes(example.source + "/labels", "9876543210");
  std::filesystem::last_write_time(
      example.source + "/labels",
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));

  NodeCopy const again = example.duplicate();

  CHECK(again.copied);
  REQUIRE(again.repaired.size() == 1);
  CHECK(has(again.repaired[0], {"labels", "its source has changed"}));
  check_whole(example);
}

TEST_CASE("duplicate_on_node: temporaries that a killed copy left are swept") {
  Example const example;
  std::filesystem::create_directories(example.copy());
  std::string const stale =
      ".tmp-images-" + std::to_string(std::numeric_limits<int>::max()) + '@' + host_name();
  write_bytes(example.copy() + '/' + stale, "half of it");

  example.duplicate();

  check_whole(example);
}

TEST_CASE("duplicate_on_node: processes that copy at the same time leave one whole copy") {
  Example const example;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    pid_t const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(example.duplicate().copied ? 1 : 0);
    children.push_back(child);
  }
  int copied = 0;
  for (pid_t const child : children) {
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    copied += WEXITSTATUS(status);
  }

  CHECK(copied == 1);
  check_whole(example);
}

TEST_CASE("duplicate_on_node: a file that is not in the source is an error that names it") {
  Example const example;

  CHECK_THROWS_WITH_AS(duplicate_on_node(example.source, {"images", "none"}, example.scratch),
                       doctest::Contains("data/none: cannot be copied: No such file"), DataError);
  CHECK_THROWS_WITH_AS(duplicate_on_node(example.source, {"more"}, example.scratch),
                       doctest::Contains("data/more: cannot be copied: is no file"), DataError);
  CHECK_FALSE(std::filesystem::exists(example.scratch));
}

TEST_CASE("duplicate_on_node: a scratch folder that cannot be written is an error") {
  Example const example;
  write_bytes(example.scratch, "a file");

  CHECK(has(output_error([&] { example.duplicate(); }),
            {"--scratch " + example.scratch, "mkdir", "choose a folder"}));
}

TEST_CASE("duplicate_on_node: a file that cannot grow is an error, and the copy is removed") {
  Example const example;
  auto const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit const limit{5'000'000, before.rlim_max};

  setrlimit(RLIMIT_FSIZE, &limit);
  std::string const message = output_error([&] { example.duplicate(); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);

  CHECK(has(message, {"--scratch " + example.scratch, "images: write: File too large",
                      "10000010 bytes free"}));
  check_clean(example.scratch);
  example.duplicate();
  check_whole(example);
}

TEST_CASE("duplicate_on_node: a disk that is too small is an error before anything is copied") {
  Example const example;
  std::filesystem::create_directory(example.scratch);
  if (mount("tmpfs", example.scratch.c_str(), "tmpfs", 0, "size=1m") != 0) {
    MESSAGE("SKIPPED: needs the right to mount a small tmpfs");
    return;
  }

  std::string const message = output_error([&] { example.duplicate(); });
  std::vector<std::string> const left = names_in(example.scratch);
  umount(example.scratch.c_str());

  CHECK(has(message, {"--scratch " + example.scratch, "are free", "10000010 are needed"}));
  CHECK(left.size() == 1);
  CHECK(left.at(0).ends_with(".lock"));
}

TEST_CASE("copy_folder: another source or list of files has another folder") {
  Example const example;
  std::filesystem::create_directory_symlink(example.source, example.folder / "link");

  CHECK(example.copy().starts_with(example.scratch + "/ai500-data-data-"));
  CHECK(copy_folder(example.folder / "link", names, example.scratch) == example.copy());
  CHECK(copy_folder(example.source, {"images"}, example.scratch) != example.copy());
  CHECK(copy_folder(example.scratch, names, example.scratch) != example.copy());
}

TEST_CASE("place_data: without scratch the data stay in place") {
  collectives::Self::Communicator world;
  auto const nobody_asks = [](std::string const&) -> std::vector<std::string> {
    throw std::logic_error("asked for files");
  };

  DataPlacement const data = place_data(world, {"n1"}, "/data", nobody_asks, "");

  CHECK(data == in_place("/data"));
}

TEST_CASE("place_data: with scratch they are duplicated") {
  Example const example;
  collectives::Self::Communicator world;
  auto const files = [](std::string const&) { return names; };

  DataPlacement const first = place_data(world, {"n1"}, example.source, files, example.scratch);
  write_bytes(example.copy() + "/labels", "0");
  DataPlacement const second = place_data(world, {"n1"}, example.source, files, example.scratch);

  CHECK(first.source == example.source);
  CHECK(first.folder == example.copy());
  CHECK(first.nodes == 1);
  CHECK(first.nodes_copied == 1);
  CHECK(first.bytes == 10'000'010);
  CHECK(first.seconds > 0);
  CHECK(second.nodes_copied == 1);
  CHECK(second.repaired.size() == 1);
}

TEST_CASE("place_data: a data set without files cannot be duplicated") {
  collectives::Self::Communicator world;
  auto const none = [](std::string const&) { return std::vector<std::string>{}; };

  try {
    place_data(world, {"n1"}, "", none, "/scratch");
    FAIL("nothing was thrown");
  } catch (AgreedError const& error) {
    CHECK(error.exit_code() == 2);
    CHECK(has(error.what(), {"--scratch /scratch", "leave it out"}));
  }
}

TEST_CASE("placement_of: counts the nodes, and those that copied") {
  NodeCopy const copied{.folder = "/s/c", .bytes = 10, .copied = true, .repaired = {"a: damaged"}};
  NodeCopy const found{.folder = "/s/d", .bytes = 10};

  DataPlacement const data = placement_of("/data", {to_text(copied), "", to_text(found), ""}, 2);

  CHECK(data == DataPlacement{.source = "/data",
                              .folder = "/s/d",
                              .nodes = 2,
                              .nodes_copied = 1,
                              .bytes = 10,
                              .repaired = {"a: damaged"}});
}
