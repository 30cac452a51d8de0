// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

#include <ai500/parallelism/data_duplicator.hpp>

#include "../storage/output_folder.hpp"
#include "world.hpp"

using namespace ai500;

namespace {

/// A folder that all ranks see and that goes with the test.
class SharedFolder {
 public:
  SharedFolder() {
    auto world = testing::world();
    path_ = world.bcast(
        (std::filesystem::temp_directory_path() / ("ai500-duplicator-" + std::to_string(getpid())))
            .string(),
        0);
    if (world.rank() == 0) std::filesystem::create_directories(path_ + "/data");
    world.barrier();
  }
  SharedFolder(SharedFolder const&) = delete;
  SharedFolder& operator=(SharedFolder const&) = delete;
  ~SharedFolder() {
    auto world = testing::world();
    world.barrier();
    if (world.rank() == 0) std::filesystem::remove_all(path_);
    world.barrier();
  }
  std::string operator/(std::string const& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

std::vector<std::string> files(std::string const&) { return {"images", "labels"}; }

/// Two ranks a host: "n0", "n0", "n1", "n1", ...
std::vector<std::string> paired_hosts(int ranks) {
  std::vector<std::string> hosts;
  for (int rank = 0; rank < ranks; ++rank) hosts.push_back("n" + std::to_string(rank / 2));
  return hosts;
}

}  // namespace

TEST_CASE("place_data: the first rank of each host copies, and all ranks read the same") {
  SharedFolder const folder;
  auto world = testing::world();
  if (world.rank() == 0)
    for (std::string const& name : files("")) test::write_bytes(folder / ("data/" + name), name);
  world.barrier();
  std::vector<std::string> const hosts = paired_hosts(world.size());

  // Here the nodes share one scratch folder: the first copies, the others find its copy whole.
  DataPlacement const first = place_data(world, hosts, folder / "data", files, folder / "scratch");
  DataPlacement const again = place_data(world, hosts, folder / "data", files, folder / "scratch");

  int const nodes = static_cast<int>(std::set<std::string>(hosts.begin(), hosts.end()).size());
  CHECK(first.nodes == nodes);
  CHECK(first.nodes_copied == 1);
  CHECK(first.bytes == 12);
  CHECK(again.nodes == nodes);
  CHECK(again.nodes_copied == 0);
  CHECK(first.folder == copy_folder(folder / "data", files(""), folder / "scratch"));
  for (std::string const& name : files(""))
    CHECK(test::read_bytes(first.folder + '/' + name) == name);
  CHECK(world.maximum(first.seconds) == first.seconds);
}

TEST_CASE("place_data: a file that is missing is one error on all ranks") {
  SharedFolder const folder;
  auto world = testing::world();

  try {
    place_data(world, paired_hosts(world.size()), folder / "data", files, folder / "scratch");
    FAIL("nothing was thrown");
  } catch (AgreedError const& error) {
    CHECK(error.exit_code() == 1);
    CHECK(test::has(error.what(), {"data/images", "No such file"}));
  }
}
