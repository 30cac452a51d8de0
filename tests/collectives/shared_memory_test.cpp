// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/shared_memory.hpp>
//
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include <ai500/collectives/self.hpp>
#include <ai500/core/error.hpp>

using namespace ai500;
using collectives::share_memory;
using collectives::SharedMemory;

namespace {

/// Does `work` in a process of its own, and says with which code it ended.
template <class Work>
int in_another_process(Work work) {
  pid_t const child = fork();
  if (child == 0) _exit(work());
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("SharedMemory: another process reads and writes the same zeroed bytes") {
  auto memory = SharedMemory::create(1 << 16);
  memory.data()[100] = std::byte{42};
  std::string const address = memory.address();

  int const code = in_another_process([&] {
    auto same = SharedMemory::open(address);
    bool const right = same.size() == 1 << 16 && same.data() != memory.data() &&
                       same.data()[100] == std::byte{42} && same.data()[101] == std::byte{0};
    same.data()[65535] = std::byte{7};
    return right ? 0 : 1;
  });

  CHECK(code == 0);
  CHECK(memory.data()[65535] == std::byte{7});
  CHECK(reinterpret_cast<std::uintptr_t>(memory.data()) % 4096 == 0);
}

TEST_CASE("SharedMemory: once sealed nobody else can map it, and it still works") {
  auto memory = SharedMemory::create(4096);
  std::string const address = memory.address();
  memory.seal();

  CHECK_THROWS_AS(SharedMemory::open(address), CollectiveError);
  memory.data()[0] = std::byte{1};
  CHECK(memory.data()[0] == std::byte{1});
}

TEST_CASE("SharedMemory: an address of another host or another file is refused, and says why") {
  auto memory = SharedMemory::create(4096);
  auto other = SharedMemory::create(4096);
  std::string const address = memory.address();
  std::string const rest = address.substr(address.find(' '));

  CHECK_THROWS_WITH_AS(SharedMemory::open("00000000-another-host" + rest),
                       doctest::Contains("another host"), CollectiveError);
  CHECK_THROWS_AS(SharedMemory::open(""), CollectiveError);
  // The descriptor is the third word; the file that it means must be the one that was made.
  auto words = [](std::string const& text) {
    auto const first = text.find(' '), second = text.find(' ', first + 1),
               third = text.find(' ', second + 1);
    return std::pair(text.substr(0, third), text.substr(third));
  };
  CHECK_THROWS_WITH_AS(
      SharedMemory::open(words(other.address()).first + words(memory.address()).second),
      doctest::Contains("other processes"), CollectiveError);
}

TEST_CASE("SharedMemory: pages that cannot be had are an error that names the call and the bytes") {
  auto memory = SharedMemory::create(8192);
  CHECK_NOTHROW(memory.take(4096, 4096));
  memory.seal();

  CHECK_THROWS_WITH_AS(memory.take(0, 4096), doctest::Contains("posix_fallocate of 4096 bytes"),
                       CollectiveError);
}

TEST_CASE("share_memory: one rank has it for itself") {
  collectives::Self::Communicator world;
  auto const common = share_memory(world, 8192);

  CHECK(common.obstacle == "");
  CHECK(common.memory.size() == 8192);
}

TEST_CASE("share_memory: an obstacle of one rank is everybody's, and named") {
  /// Rank 1 of 2, whose peer says that it made memory on another host.
  struct SecondRank {
    int rank() const { return 1; }
    int size() const { return 2; }
    std::string bcast(std::string const&, int) { return "elsewhere 1 1 1 1 8192"; }
    std::vector<std::string> allgather(std::string const& text) { return {"", text}; }
  } rank;

  auto const common = share_memory(rank, 4096);

  CHECK(common.obstacle == "rank 1: is on another host than the process that made the memory");
  CHECK(common.memory.data() == nullptr);
}
