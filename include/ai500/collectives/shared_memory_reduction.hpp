// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sched.h>

#include <ai500/collectives/peers.hpp>
#include <ai500/collectives/shared_memory.hpp>
#include <ai500/collectives/slice_sum.hpp>
#include <ai500/core/error.hpp>

namespace ai500::collectives {

/// The sum over ranks that see each other's memory. When all of them have started a part, rank r
/// sums slice r of it over all ranks' memory, in rank order, and writes it to all: each element is
/// read and written once in each rank's memory, 2 (P - 1) / P of what a rank gives crosses between
/// ranks each way, and the bits depend on nothing but the ranks' number.
///
/// The slice is summed in `progress` or `finish`, by the thread that calls them and its host's
/// team.
/// @tparam Peers how a rank learns that another one has ended
template <class T, class Peers = PeersEndTogether>
class SharedMemoryReduction {
 public:
  /// The bytes that one rank needs of `share_memory`.
  static constexpr std::size_t bytes(Count elements) {
    std::size_t const needed = header_bytes + static_cast<std::size_t>(elements) * sizeof(T);
    return (needed + page - 1) / page * page;
  }

  /// @param memory of `bytes(elements)` for each of the ranks, fresh
  SharedMemoryReduction(devices::Host& host, SharedMemory memory, int rank, int ranks,
                        Count elements, Peers peers = {})
      : host_(&host),
        memory_(std::move(memory)),
        rank_(rank),
        elements_(elements),
        peers_(std::move(peers)) {
    for (std::size_t r = 0; r < static_cast<std::size_t>(ranks); ++r) {
      std::byte* const begin = memory_.data() + r * bytes(elements);
      headers_.push_back(reinterpret_cast<Header*>(begin));
      buffers_.push_back(reinterpret_cast<T*>(begin + header_bytes));
    }
  }

  View<T> memory() { return {buffers_[index(rank_)], elements_}; }

  void start(View<T> part) {
    Count const begin = part.data() - buffers_[index(rank_)];
    parts_.push_back({begin, begin + part.size()});
    ++started_;
    std::atomic_ref(headers_[index(rank_)]->started).store(started_, std::memory_order_release);
  }

  void progress() {
    for (; summed_ < started_ && least(&Header::started) > summed_; ++summed_) {
      Slice const part = parts_[parts_.size() - static_cast<std::size_t>(started_ - summed_)];
      sum_slice(*host_, buffers_, slice_of_rank(part, rank_, ranks(), line));
      std::atomic_ref(headers_[index(rank_)]->summed).store(summed_ + 1, std::memory_order_release);
    }
    complete_ = std::min(started_, least(&Header::summed));
  }

  Count pending() const { return static_cast<Count>(started_ - complete_); }

  /// @throws CollectiveError when a rank has ended that would have to sum its slice
  void finish() {
    constexpr int looks_before_yielding = 64;
    for (int looks = 0; pending() > 0; ++looks) {
      // Asked before looking: who has ended has summed all that it ever will.
      std::string const ended = looks >= looks_before_yielding ? peers_.who_ended() : "";
      progress();
      if (pending() > 0 && !ended.empty()) throw CollectiveError("a sum over ranks: " + ended);
      if (looks >= looks_before_yielding) sched_yield();  // another rank may need this core
    }
    parts_.clear();
  }

  std::string transport() const { return "shared memory of one host, each rank sums its slice"; }

 private:
  static constexpr std::size_t page = 4096;
  static constexpr std::size_t header_bytes = 128;
  static constexpr Count line = 64 / static_cast<Count>(sizeof(T));

  /// How many parts a rank has started and has summed its slice of, since the beginning.
  struct Header {
    std::uint64_t started;
    std::uint64_t summed;
  };
  static_assert(sizeof(Header) <= header_bytes);
  static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);

  static std::size_t index(int rank) { return static_cast<std::size_t>(rank); }
  int ranks() const { return static_cast<int>(buffers_.size()); }

  std::uint64_t least(std::uint64_t Header::*counter) const {
    std::uint64_t result = started_;
    for (Header* header : headers_)
      result = std::min(result, std::atomic_ref(header->*counter).load(std::memory_order_acquire));
    return result;
  }

  devices::Host* host_;
  SharedMemory memory_;
  int rank_;
  Count elements_;
  Peers peers_;
  std::vector<Header*> headers_;
  std::vector<T*> buffers_;
  std::vector<Slice> parts_;  // started since the last finish
  std::uint64_t started_ = 0;
  std::uint64_t summed_ = 0;    // this rank's slices
  std::uint64_t complete_ = 0;  // parts that are known to be summed by all ranks
};
static_assert(ReductionOf<SharedMemoryReduction<float>, float>);

}  // namespace ai500::collectives
