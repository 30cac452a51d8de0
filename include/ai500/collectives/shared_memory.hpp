// SPDX-License-Identifier: Apache-2.0
/// @file Memory that the processes of one host share; defined in shared_memory.ipp.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/policy.hpp>
#include <ai500/core/error.hpp>

namespace ai500::collectives {

/// Zeroed memory that processes of one host map. It has no name in a file system: however they end,
/// it is gone with the last of them, and no limit of /dev/shm applies.
class SharedMemory {
 public:
  SharedMemory() = default;
  SharedMemory(SharedMemory&& other) noexcept { swap(other); }
  SharedMemory& operator=(SharedMemory&& other) noexcept {
    swap(other);
    return *this;
  }
  ~SharedMemory();

  /// Makes memory of this size. It takes pages as they are first used.
  /// @throws CollectiveError
  static SharedMemory create(std::size_t bytes);

  /// Maps the memory that another process has made; that process must not yet have called `seal`.
  /// @throws CollectiveError when this process is on another host or may not
  static SharedMemory open(std::string const& address);

  /// Where other processes of the host find it.
  std::string address() const;

  /// From now on no further process can map it. Those that have keep it.
  void seal();

  /// Takes the pages of [offset, offset + bytes) now, near the processor that this thread runs on.
  /// @throws CollectiveError when the memory is not there
  void take(std::size_t offset, std::size_t bytes);

  std::byte* data() const { return data_; }  ///< aligned to a page
  std::size_t size() const { return size_; }

 private:
  SharedMemory(int descriptor, std::size_t bytes);

  void swap(SharedMemory& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  int descriptor_ = -1;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Memory that all ranks of a communicator have mapped, or why they have not.
struct CommonMemory {
  SharedMemory memory;
  std::string obstacle;  ///< empty: the memory is there; the same text on all ranks
};

/// `bytes` for each rank, one part behind the other, each taken by its own rank, so that it is near
/// it. All ranks get the memory or none. Collective.
/// @param bytes a multiple of the page size
template <class C>
  requires KnowsItsRank<C> && SharesText<C> CommonMemory share_memory(C& communicator,
                                                                      std::size_t bytes) {
    CommonMemory common;
    std::string address;
    std::string obstacle;
    auto attempt = [&](auto work) {
      try {
        if (obstacle.empty()) work();
      } catch (CollectiveError const& error) {
        obstacle = error.what();
      }
    };
    attempt([&] {
      if (communicator.rank() != 0) return;
      common.memory = SharedMemory::create(bytes * static_cast<std::size_t>(communicator.size()));
      address = common.memory.address();
    });
    address = communicator.bcast(address, 0);
    attempt([&] {
      if (communicator.rank() == 0) return;
      if (address.empty()) throw CollectiveError("rank 0 has made none");
      common.memory = SharedMemory::open(address);
    });
    attempt(
        [&] { common.memory.take(bytes * static_cast<std::size_t>(communicator.rank()), bytes); });
    std::vector<std::string> const obstacles = communicator.allgather(obstacle);
    for (std::size_t rank = 0; rank < obstacles.size() && common.obstacle.empty(); ++rank)
      if (!obstacles[rank].empty())
        common.obstacle = "rank " + std::to_string(rank) + ": " + obstacles[rank];
    if (!common.obstacle.empty()) common.memory = SharedMemory();
    common.memory.seal();
    return common;
  }

}  // namespace ai500::collectives
