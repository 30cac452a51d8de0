// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of membership.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <nccl.h>

#include <ai500/collectives/nccl/check.hpp>
#include <ai500/collectives/nccl/membership.hpp>

static_assert(NCCL_VERSION_CODE >= NCCL_VERSION(2, 18, 1), "ncclCommSplit came with NCCL 2.18");

namespace ai500::collectives::nccl {

namespace detail {

inline ncclConfig_t configuration() {
  ncclConfig_t configuration = NCCL_CONFIG_INITIALIZER;
  configuration.blocking = 0;
  return configuration;
}

}  // namespace detail

// NCCL's calls for one communicator are made by one thread at a time: the rank's or a watch, under
// `mutex`.
struct Membership::State {
  std::mutex mutex;
  ncclComm_t communicator = nullptr;
  int rank = 0;
  int size = 1;
  Waiting waiting{};
  std::uint64_t calls = 0;  // that need all ranks
  std::string failure{};    // why it was ended

  std::string who() const { return "rank " + std::to_string(rank) + " of " + std::to_string(size); }

  void require_whole() const {
    if (!failure.empty()) throw CollectiveError(failure);
  }

  /// Ends what is under way, on all streams; what waits for it goes on with wrong numbers.
  void end(std::string why) {
    if (!failure.empty()) return;
    failure = std::move(why);
    // Does not wait: NCCL frees the communicator in the background, once no graph has its sums.
    if (communicator != nullptr) ncclCommAbort(std::exchange(communicator, nullptr));
  }

  [[noreturn]] void fail(std::string why) {
    end(std::move(why));
    require_whole();
    std::terminate();  // there is a failure now
  }

  /// Waits until NCCL has done in the background what a call has begun.
  /// @param missing who has not come yet, in words
  template <class Missing>
  void settle(std::string const& call, Missing missing) {
    auto const deadline = Waiting::Clock::now() + waiting.patience();
    for (int looks = 0;; ++looks) {
      ncclResult_t const state = state_of(communicator);
      if (state == ncclSuccess) return;
      if (state != ncclInProgress) fail(call + " of " + who() + ": " + text(state, communicator));
      std::string const ended = waiting.ended();
      if (!ended.empty()) fail(call + " of " + who() + ": " + ended);
      if (Waiting::Clock::now() > deadline)
        fail(call + " of " + who() + ": not done within " + waiting.limit() + "; " + missing());
      // A sum is given to its stream in microseconds, ranks are joined in a second.
      if (looks < 1000)
        std::this_thread::yield();
      else
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// A call that needs all ranks, waited for.
  template <class Call>
  void together(char const* function, Call call) {
    waiting.attendance.arrive(++calls);
    check(call(), function, communicator);
    settle(function, [&] { return waiting.attendance.missing(calls); });
  }
};

std::string version() {
  int number = 0;
  check(ncclGetVersion(&number), "ncclGetVersion");
  return "NCCL " + std::to_string(number / 10000) + "." + std::to_string(number / 100 % 100) + "." +
         std::to_string(number % 100);
}

std::string unique_id() {
  ncclUniqueId id;
  check(ncclGetUniqueId(&id), "ncclGetUniqueId");
  return std::string(id.internal, sizeof id.internal);
}

Membership::Membership(std::unique_ptr<State> state) : state_(std::move(state)) {}

// Aborted, not destroyed: that would wait for other ranks. Whoever ends in order has waited for its
// sums before, and then nothing is under way.
Membership::~Membership() {
  std::lock_guard const lock(state_->mutex);
  if (state_->communicator != nullptr) ncclCommAbort(state_->communicator);
}

std::shared_ptr<Membership> Membership::join(std::string const& id, int rank, int size,
                                             Waiting waiting) {
  ncclUniqueId unique;
  if (id.size() != sizeof unique.internal)
    throw CollectiveError("Membership::join: " + std::to_string(id.size()) +
                          " bytes are no unique id of NCCL");
  std::memcpy(unique.internal, id.data(), id.size());
  auto membership = std::make_shared<Membership>(std::make_unique<State>());
  State& state = membership->state();
  state.rank = rank;
  state.size = size;
  state.waiting = std::move(waiting);
  ncclConfig_t configuration = detail::configuration();
  state.together("ncclCommInitRankConfig", [&] {
    return ncclCommInitRankConfig(&state.communicator, size, unique, rank, &configuration);
  });
  return membership;
}

std::shared_ptr<Membership> Membership::split(int color, int rank, int size, Waiting waiting) {
  auto part = std::make_shared<Membership>(std::make_unique<State>());
  State& state = part->state();
  state.rank = rank;
  state.size = size;
  state.waiting = std::move(waiting);
  ncclConfig_t configuration = detail::configuration();
  std::lock_guard const lock(state_->mutex);
  state_->require_whole();
  state_->together("ncclCommSplit", [&] {
    return ncclCommSplit(state_->communicator, color, rank, &state.communicator, &configuration);
  });
  state.together("ncclCommSplit", [] { return ncclSuccess; });  // the new one is ready, too
  return part;
}

}  // namespace ai500::collectives::nccl
