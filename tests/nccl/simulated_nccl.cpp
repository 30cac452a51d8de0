// SPDX-License-Identifier: Apache-2.0
// Ranks meet in shared memory that is named after their unique id, so that they may be threads or
// processes.
#include <nccl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ai500/core/half.hpp>

#include "simulated.hpp"

namespace {

using ai500::bfloat16;
using Half = ai500::half;

constexpr std::size_t most_ranks = 8;
constexpr std::size_t most_splits = 16;
constexpr std::size_t most_bytes = std::size_t{8} << 20;  // of an all-reduce

/// What the ranks of a communicator share; zero at first.
struct Common {
  struct Rank {
    std::atomic<long> come;  // sums that its numbers are there for
    std::atomic<long> left;  // sums that it has read
    alignas(64) unsigned char numbers[most_bytes];
  };
  struct Split {
    std::atomic<int> arrived;
    std::atomic<int> colors[most_ranks];
  };
  std::atomic<int> joined;
  Split splits[most_splits];
  Rank ranks[most_ranks];
};

/// One rank's view of a communicator; streams and graphs hold it while they have sums of it.
struct State {
  State(std::string name, int rank_of_it) : id(std::move(name)), rank(rank_of_it) {
    int const file = shm_open(id.c_str(), O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, sizeof(Common)) != 0) std::abort();
    void* const memory = mmap(nullptr, sizeof(Common), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) std::abort();
    close(file);
    common = static_cast<Common*>(memory);
    ++common->joined;
    ++ai500::simulated::open_communicators;
  }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() {
    munmap(common, sizeof(Common));
    shm_unlink(id.c_str());  // of whom it is the first; the others have it open
    --ai500::simulated::open_communicators;
  }

  Common::Rank& place(int of) { return common->ranks[static_cast<std::size_t>(of)]; }

  std::string id;
  int rank;
  int size = 0;  // 0: not known yet, of a split
  Common* common = nullptr;
  std::atomic<bool> aborted = false;
  long sums = 0;                       // that were done; of the stream's thread
  std::size_t splits = 0;              // that were begun
  std::shared_ptr<State> parent{};     // of a split,
  std::size_t split = 0;               // its number there
  int color = 0;                       // and what this rank said
  std::function<void()> to_enqueue{};  // what a call has begun
  int looks = 0;                       // until it is done
};

/// All ranks have said their colors.
bool is_split(State& parent, std::size_t number) {
  return parent.common->splits[number].arrived == parent.size;
}

bool has_joined(State& state) {
  if (state.parent && state.size == 0) {
    if (!is_split(*state.parent, state.split)) return false;
    for (int rank = 0; rank < state.parent->size; ++rank)
      state.size +=
          state.parent->common->splits[state.split].colors[static_cast<std::size_t>(rank)] ==
          state.color;
    state.parent.reset();
  }
  return state.common->joined >= state.size;
}

/// @return false where the communicator was ended meanwhile
template <class Condition>
bool wait_until(State& state, Condition has_come) {
  for (int rank = 0; rank < state.size; ++rank)
    while (!has_come(state.place(rank))) {
      if (state.aborted) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  return true;
}

/// In rank order, each addition rounded to T.
template <class T>
void add(State& state, void* to, std::size_t count) {
  auto const number = [&](int rank, std::size_t i) {
    T value;
    std::memcpy(&value, state.place(rank).numbers + i * sizeof(T), sizeof(T));
    return value;
  };
  for (std::size_t i = 0; i < count; ++i) {
    T sum = number(0, i);
    for (int rank = 1; rank < state.size; ++rank) sum = T(sum + number(rank, i));
    static_cast<T*>(to)[i] = sum;
  }
}

std::size_t bytes_of(ncclDataType_t type) {
  return type == ncclFloat64 ? 8 : type == ncclFloat32 ? 4 : 2;
}

void add(State& state, void* to, std::size_t count, ncclDataType_t type) {
  if (type == ncclFloat16) return add<Half>(state, to, count);
  if (type == ncclBfloat16) return add<bfloat16>(state, to, count);
  if (type == ncclFloat64) return add<double>(state, to, count);
  add<float>(state, to, count);
}

/// On the stream, in the order of its sums.
void all_reduce(State& state, void* data, std::size_t count, ncclDataType_t type) {
  long const number = state.sums++;
  Common::Rank& mine = state.place(state.rank);
  // Whoever still reads this rank's numbers of the sum before.
  if (!wait_until(state, [=](Common::Rank& rank) { return rank.left >= number; })) return;
  std::memcpy(mine.numbers, data, count * bytes_of(type));
  mine.come = number + 1;
  if (!wait_until(state, [=](Common::Rank& rank) { return rank.come > number; })) return;
  add(state, data, count, type);
  mine.left = number + 1;
}

}  // namespace

struct ncclComm {
  std::shared_ptr<State> state;
};

extern "C" {

ncclResult_t ncclGetVersion(int* version) {
  *version = 22809;
  return ncclSuccess;
}
ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static std::atomic<int> next = 0;
  std::string const name = "/ai500-nccl-" + std::to_string(getpid()) + "-" + std::to_string(next++);
  std::memset(id->internal, 0, sizeof id->internal);
  std::memcpy(id->internal, name.data(), name.size());
  return ncclSuccess;
}
char const* ncclGetErrorString(ncclResult_t code) {
  return code == ncclRemoteError ? "remote process exited or there was a network error"
                                 : "simulated error";
}
char const* ncclGetLastError(ncclComm_t) { return ""; }

ncclResult_t ncclCommInitRankConfig(ncclComm_t* communicator, int ranks, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  // A call must not wait for others.
  if (config->blocking != 0 || ranks > static_cast<int>(most_ranks)) return ncclInvalidUsage;
  *communicator = new ncclComm{std::make_shared<State>(id.internal, rank)};
  (*communicator)->state->size = ranks;
  return ncclInProgress;
}

ncclResult_t ncclCommSplit(ncclComm_t communicator, int color, int key, ncclComm_t* part,
                           ncclConfig_t* config) {
  State& state = *communicator->state;
  if (config->blocking != 0 || state.splits == most_splits) return ncclInvalidUsage;
  Common::Split& split = state.common->splits[state.splits];
  split.colors[static_cast<std::size_t>(state.rank)] = color;
  *part = new ncclComm{std::make_shared<State>(
      state.id + "-" + std::to_string(state.splits) + "-" + std::to_string(color), key)};
  (*part)->state->parent = communicator->state;
  (*part)->state->split = state.splits;
  (*part)->state->color = color;
  ++split.arrived;
  ++state.splits;
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t communicator, ncclResult_t* error) {
  State& state = *communicator->state;
  *error = ncclInProgress;
  if (ai500::simulated::faults.rank_with_asynchronous_error == state.rank) {
    *error = ncclRemoteError;
    return ncclSuccess;
  }
  if (!has_joined(state) || (state.splits > 0 && !is_split(state, state.splits - 1)))
    return ncclSuccess;
  if (state.to_enqueue) {
    if (ai500::simulated::faults.rank_whose_call_goes_on == state.rank || --state.looks > 0)
      return ncclSuccess;
    std::exchange(state.to_enqueue, nullptr)();
  }
  *error = ncclSuccess;
  return ncclSuccess;
}

// Does not wait: what streams and graphs have of it goes when they let go.
ncclResult_t ncclCommAbort(ncclComm_t communicator) {
  communicator->state->to_enqueue = nullptr;
  communicator->state->aborted = true;
  delete communicator;
  return ncclSuccess;
}

// Gives it to the stream some time later, as NCCL's thread does for calls that do not block.
ncclResult_t ncclAllReduce(void const* from, void* to, std::size_t count, ncclDataType_t type,
                           ncclRedOp_t, ncclComm_t communicator, cudaStream_t stream) {
  std::shared_ptr<State> const state = communicator->state;
  if (from != to || count * bytes_of(type) > most_bytes) return ncclInvalidArgument;
  if (state->to_enqueue) return ncclInvalidArgument;  // the call before is still in progress
  if (ai500::simulated::faults.rank_whose_call_fails == state->rank) return ncclInvalidUsage;
  state->looks = 3;
  state->to_enqueue = [=] {
    ai500::simulated::enqueue(
        stream, [=] { all_reduce(*state, to, count, type); },
        [=] { ai500::simulated::sums_after_the_end += state->aborted; });
  };
  return ncclInProgress;
}

}  // extern "C"
