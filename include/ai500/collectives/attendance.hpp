// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/host_name.hpp>
#include <ai500/collectives/policy.hpp>
#include <ai500/collectives/shared_memory.hpp>

namespace ai500::collectives {

/// How far each rank of a communicator has come, in memory that the ranks of a host share: who
/// waits too long can say for whom, and needs no answer from them. Ranks of other hosts are not
/// seen.
class Attendance {
 public:
  /// Collective.
  template <Communicator C>
  static Attendance of(C& communicator) {
    std::vector<std::string> const hosts = communicator.allgather(host_name());
    std::string const& here = hosts[static_cast<std::size_t>(communicator.rank())];
    Attendance attendance;
    attendance.hosts_ = hosts;
    auto const first = std::ranges::find(hosts, here) - hosts.begin();
    auto neighbours = communicator.split(static_cast<int>(first));
    for (std::size_t rank = 0; rank < hosts.size(); ++rank)
      if (hosts[rank] == here) attendance.seen_.push_back(static_cast<int>(rank));
    attendance.mine_ = static_cast<std::size_t>(neighbours.rank());
    CommonMemory common = share_memory(neighbours, page);
    attendance.obstacle_ = std::move(common.obstacle);
    attendance.memory_ = std::move(common.memory);
    return attendance;
  }

  /// This rank has come to `number`, which only grows.
  void arrive(std::uint64_t number) {
    if (memory_.data() != nullptr)
      std::atomic_ref(place(mine_)).store(number, std::memory_order_release);
  }

  /// The ranks of this host have come to `number`; false where that is not known.
  bool all_seen_have_come(std::uint64_t number) const {
    if (memory_.data() == nullptr) return false;
    for (std::size_t i = 0; i < seen_.size(); ++i)
      if (come(i) < number) return false;
    return true;
  }

  /// Who has not come to `number`, in words: "rank 2 has come to 4 of 5".
  std::string missing(std::uint64_t number) const {
    if (memory_.data() == nullptr) return "who is missing is not known: " + obstacle_;
    std::string text;
    auto add = [&](std::string const& part) { text += (text.empty() ? "" : ", ") + part; };
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      std::uint64_t const so_far = come(i);
      if (so_far < number)
        add("rank " + std::to_string(seen_[i]) + " on " + host(seen_[i]) + " has come to " +
            std::to_string(so_far) + " of " + std::to_string(number));
    }
    std::string unseen;
    for (int rank = 0; rank < static_cast<int>(hosts_.size()); ++rank)
      if (!std::ranges::binary_search(seen_, rank))
        unseen += (unseen.empty() ? "" : ", ") + std::to_string(rank) + " on " + host(rank);
    if (text.empty() && unseen.empty()) return "all ranks have come to it";
    if (!unseen.empty()) add("not seen from here are ranks " + unseen);
    return text;
  }

 private:
  static constexpr std::size_t page = 4096;  // a rank's: what it writes is near it

  std::string const& host(int rank) const { return hosts_[static_cast<std::size_t>(rank)]; }
  std::uint64_t come(std::size_t neighbour) const {
    return std::atomic_ref(place(neighbour)).load(std::memory_order_acquire);
  }
  std::uint64_t& place(std::size_t neighbour) const {
    return *reinterpret_cast<std::uint64_t*>(memory_.data() + neighbour * page);
  }

  SharedMemory memory_;
  std::string obstacle_;
  std::vector<std::string> hosts_;  // of each rank
  std::vector<int> seen_;           // the ranks of this host, in order
  std::size_t mine_ = 0;            // this rank's place among them
};

}  // namespace ai500::collectives
