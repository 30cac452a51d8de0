// SPDX-License-Identifier: Apache-2.0
/// @file Ranks that are threads of one process; defined in threads.ipp.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/chosen_reduction.hpp>
#include <ai500/collectives/local_reduction.hpp>
#include <ai500/collectives/policy.hpp>
#include <ai500/collectives/shared_memory_reduction.hpp>

namespace ai500::collectives {

namespace threads {

class Roster;  // which ranks of a session have ended

/// Where the ranks of one communicator meet: each puts down a pointer, then reads the others'.
class Meeting {
 public:
  /// @param members their numbers in the roster, in rank order
  Meeting(std::shared_ptr<Roster> roster, std::vector<int> members);

  int size() const { return static_cast<int>(members_.size()); }
  std::vector<int> const& members() const { return members_; }

  /// Waits until all ranks are here. @throws CollectiveError naming a rank that has ended
  void wait();

  /// Waits until all ranks have put down something. What they have put down, in rank order, stays
  /// there until all of them have called `wait`.
  std::vector<void const*> const& exchange(int rank, void const* mine);

  /// A meeting of some of these ranks.
  std::shared_ptr<Meeting> of(std::vector<int> const& ranks) const;

  /// "rank 2 has ended: why", or empty.
  std::string who_ended() const;

 private:
  std::shared_ptr<Roster> roster_;
  std::vector<int> members_;
  std::vector<void const*> given_;
  int arrived_ = 0;
  unsigned rounds_ = 0;  // in which all have arrived
};

struct Peers {
  std::shared_ptr<Meeting const> meeting;
  std::string who_ended() const { return meeting->who_ended(); }
};

/// one(rank, all) for each of `ranks` ranks, rank 0 on this thread, the others on threads of their
/// own. Returns when all have ended.
/// @throws what the first of them threw that did
void run(int ranks, std::function<void(int rank, std::shared_ptr<Meeting> const& all)> const& one);

}  // namespace threads

/// Of one rank, or of several in memory that all of them see.
template <class T>
using ThreadsReduction =
    ChosenReduction<T, devices::Host, LocalReduction<T>, SharedMemoryReduction<T, threads::Peers>>;

/// Ranks are threads of one process, `--ranks` of them, else one for each accelerator that the
/// process sees: one host, no message passing library. They reduce as processes of one host do, in
/// shared memory.
struct Threads {
  static constexpr std::string_view name = "threads (synchronous all-reduce, under backward)";
  static std::string library() { return "none: ranks are threads"; }
  static int launched_rank() { return 0; }

  class Communicator {
   public:
    Communicator(std::shared_ptr<threads::Meeting> meeting, int rank)
        : meeting_(std::move(meeting)), rank_(rank) {}

    int rank() const { return rank_; }
    int size() const { return meeting_->size(); }

    /// The ranks that gave the same color, in the order they have here.
    Communicator split(int color) {
      std::vector<int> const colors = gather(color);
      std::vector<int> ranks;
      for (int rank = 0; rank < size(); ++rank)
        if (colors[static_cast<std::size_t>(rank)] == color) ranks.push_back(rank);
      int const first = ranks.front();
      std::shared_ptr<threads::Meeting> part = rank_ == first ? meeting_->of(ranks) : nullptr;
      part = gather(part)[static_cast<std::size_t>(first)];
      return {std::move(part), static_cast<int>(std::ranges::find(ranks, rank_) - ranks.begin())};
    }

    void barrier() { meeting_->wait(); }

    /// The sum over the ranks in rank order, in place; each rank sums a slice.
    template <class T>
    void allreduce(View<T> values) {
      std::vector<T*> buffers;
      for (void const* other : meeting_->exchange(rank_, values.data()))
        buffers.push_back(static_cast<T*>(const_cast<void*>(other)));
      constexpr Count line = 64 / static_cast<Count>(sizeof(T));
      sum_slice(devices::Host{}, std::span<T* const>(buffers),
                slice_of_rank({0, values.size()}, rank_, size(), line));
      meeting_->wait();
    }

    /// Collective. The host outlives it.
    /// @throws CollectiveError
    template <class T>
    [[gnu::cold]] ThreadsReduction<T> reduction(devices::Host& host, Count elements) {
      using InMemory = SharedMemoryReduction<T, threads::Peers>;
      if (size() == 1) return ThreadsReduction<T>(LocalReduction<T>(host, elements));
      CommonMemory common = share_memory(*this, InMemory::bytes(elements));
      if (!common.obstacle.empty())
        throw CollectiveError("no memory that ranks as threads can sum in: " + common.obstacle);
      return ThreadsReduction<T>(
          InMemory(host, std::move(common.memory), rank_, size(), elements, peers()));
    }

    double maximum(double number) { return std::ranges::max(gather(number)); }

    /// `text` of rank `root`.
    std::string bcast(std::string const& text, int root) {
      auto const& given = meeting_->exchange(rank_, &text);
      std::string result = *static_cast<std::string const*>(given[static_cast<std::size_t>(root)]);
      meeting_->wait();
      return result;
    }

    /// Every rank's text, in rank order.
    std::vector<std::string> allgather(std::string const& text) { return gather(text); }

    threads::Peers peers() const { return {meeting_}; }

   private:
    /// Every rank's value, in rank order.
    template <class Value>
    std::vector<Value> gather(Value const& mine) {
      std::vector<Value> all;
      for (void const* value : meeting_->exchange(rank_, &mine))
        all.push_back(*static_cast<Value const*>(value));
      meeting_->wait();  // nobody takes back what another one reads
      return all;
    }

    std::shared_ptr<threads::Meeting> meeting_;
    int rank_;
  };

  class Session {
   public:
    Session(int&, char**&, JoinRequest const& request)
        : ranks_(request.ranks.value_or(std::max(1, request.accelerators))) {}

    /// A rank that throws ends the others where they wait for it.
    template <class Rank>
    void run_ranks(Rank&& rank) {
      threads::run(ranks_, [&](int number, std::shared_ptr<threads::Meeting> const& all) {
        Communicator world(all, number);
        rank(world);
      });
    }

    /// Ends the process.
    void abort(int code) { std::_Exit(code); }

   private:
    int ranks_;
  };
};
static_assert(CollectivePolicy<Threads>);

}  // namespace ai500::collectives
