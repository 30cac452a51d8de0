// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of threads.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <numeric>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <ai500/collectives/threads.hpp>

namespace ai500::collectives::threads {

/// All meetings of a session share it: whoever waits for a rank wakes when that rank ends.
class Roster {
 public:
  std::mutex& mutex() { return mutex_; }
  std::condition_variable& changed() { return changed_; }

  void end(int rank, std::string reason) {
    std::lock_guard const lock(mutex_);
    ends_.push_back({rank, std::move(reason)});
    any_ended_.store(true, std::memory_order_release);
    changed_.notify_all();
  }

  /// Costs nothing while all are there.
  bool any_ended() const { return any_ended_.load(std::memory_order_acquire); }

  /// The first of the ranks that ended with an error: others may have ended because of it. The
  /// mutex is held.
  std::string who_ended(std::vector<int> const& ranks) const {
    End const* found = nullptr;
    for (End const& end : ends_) {
      if (std::ranges::find(ranks, end.rank) == ranks.end()) continue;
      if (found == nullptr) found = &end;
      if (end.reason.empty()) continue;
      found = &end;
      break;
    }
    if (found == nullptr) return {};
    return "rank " + std::to_string(found->rank) + " has ended" +
           (found->reason.empty() ? ", though others wait for it" : ": " + found->reason);
  }

 private:
  struct End {
    int rank;
    std::string reason;  // empty: in order
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> any_ended_ = false;
  std::vector<End> ends_;  // as they came
};

Meeting::Meeting(std::shared_ptr<Roster> roster, std::vector<int> members)
    : roster_(std::move(roster)), members_(std::move(members)), given_(members_.size()) {}

void Meeting::wait() {
  std::unique_lock lock(roster_->mutex());
  unsigned const round = rounds_;
  if (++arrived_ == size()) {
    arrived_ = 0;
    ++rounds_;
    roster_->changed().notify_all();
    return;
  }
  std::string ended;
  roster_->changed().wait(lock, [&] {
    if (rounds_ != round) return true;
    ended = roster_->who_ended(members_);
    return !ended.empty();
  });
  if (rounds_ == round) throw CollectiveError(ended);
}

std::vector<void const*> const& Meeting::exchange(int rank, void const* mine) {
  given_[static_cast<std::size_t>(rank)] = mine;
  wait();
  return given_;
}

std::shared_ptr<Meeting> Meeting::of(std::vector<int> const& ranks) const {
  std::vector<int> members;
  for (int rank : ranks) members.push_back(members_[static_cast<std::size_t>(rank)]);
  return std::make_shared<Meeting>(roster_, std::move(members));
}

std::string Meeting::who_ended() const {
  if (!roster_->any_ended()) return {};
  std::lock_guard const lock(roster_->mutex());
  return roster_->who_ended(members_);
}

void run(int ranks, std::function<void(int, std::shared_ptr<Meeting> const&)> const& one) {
  auto const roster = std::make_shared<Roster>();
  std::vector<int> members(static_cast<std::size_t>(ranks));
  std::iota(members.begin(), members.end(), 0);
  auto const all = std::make_shared<Meeting>(roster, members);

  std::mutex first;
  std::exception_ptr thrown;
  auto fail = [&](int rank, std::exception_ptr error, std::string const& reason) {
    {
      std::lock_guard const lock(first);
      if (!thrown) thrown = std::move(error);
    }
    roster->end(rank, reason);
  };
  auto run_one = [&](int rank) {
    try {
      one(rank, all);
      roster->end(rank, "");
    } catch (std::exception const& error) {
      fail(rank, std::current_exception(), error.what());
    } catch (...) {
      fail(rank, std::current_exception(), "an unknown error");
    }
  };

  std::vector<std::thread> others;
  for (int rank = 1; rank < ranks; ++rank) {
    try {
      others.emplace_back(run_one, rank);
    } catch (std::system_error const& error) {
      std::string const reason =
          std::string("the system gives this process no thread for it: ") + error.what();
      fail(rank,
           std::make_exception_ptr(CollectiveError("rank " + std::to_string(rank) + " of " +
                                                   std::to_string(ranks) + ": " + reason)),
           reason);
    }
  }
  run_one(0);
  for (std::thread& other : others) other.join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace ai500::collectives::threads
