// SPDX-License-Identifier: Apache-2.0
#include <nccl.h>

#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include <ai500/core/half.hpp>

#include "simulated.hpp"

namespace {

using ai500::bfloat16;
using Half = ai500::half;

/// One all-reduce: the buffers of the ranks that have come to it.
struct Operation {
  std::vector<void*> buffers;
  int arrived = 0;
  int left = 0;
  std::vector<unsigned char> sum;
};

/// One split: what each rank said, and, when all have, the groups.
struct Group;
struct Split {
  std::vector<int> colors, keys;
  int arrived = 0;
};

/// The ranks of a communicator.
struct Group {
  explicit Group(int ranks) : size(ranks) {}
  int size;
  std::mutex mutex;
  std::condition_variable changed;
  int joined = 0;
  std::map<long, Operation> operations;
  std::map<long, Split> splits;
  std::map<std::pair<long, int>, std::shared_ptr<Group>> parts;
};

struct State {
  std::shared_ptr<Group> group;
  int rank = 0;
  bool aborted = false;  // under the group's mutex
  long operations = 0;
  long splits = 0;
  Group* parent = nullptr;  // of a split that is waited for
};

std::mutex registry_mutex;
std::map<std::string, std::shared_ptr<Group>> registry;
long next_id = 0;

/// In rank order, each addition rounded to T.
template <class T>
void add(Operation& operation, std::size_t count) {
  operation.sum.resize(count * sizeof(T));
  for (std::size_t i = 0; i < count; ++i) {
    T sum = static_cast<T const*>(operation.buffers[0])[i];
    for (std::size_t rank = 1; rank < operation.buffers.size(); ++rank)
      sum = T(sum + static_cast<T const*>(operation.buffers[rank])[i]);
    std::memcpy(operation.sum.data() + i * sizeof(T), &sum, sizeof(T));
  }
}

void add(Operation& operation, std::size_t count, ncclDataType_t type) {
  if (type == ncclFloat16) return add<Half>(operation, count);
  if (type == ncclBfloat16) return add<bfloat16>(operation, count);
  if (type == ncclFloat64) return add<double>(operation, count);
  add<float>(operation, count);
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
  std::lock_guard const lock(registry_mutex);
  std::memset(id->internal, 0, sizeof id->internal);
  ++next_id;
  std::memcpy(id->internal, &next_id, sizeof next_id);
  return ncclSuccess;
}
char const* ncclGetErrorString(ncclResult_t code) {
  return code == ncclRemoteError ? "remote process exited or there was a network error"
                                 : "simulated error";
}
char const* ncclGetLastError(ncclComm_t) { return ""; }

ncclResult_t ncclCommInitRankConfig(ncclComm_t* communicator, int ranks, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  if (config->blocking != 0) return ncclInvalidUsage;  // a call must not wait for others
  std::shared_ptr<Group> group;
  {
    std::lock_guard const lock(registry_mutex);
    auto& known = registry[std::string(id.internal, sizeof id.internal)];
    if (!known) known = std::make_shared<Group>(ranks);
    group = known;
  }
  std::lock_guard const lock(group->mutex);
  ++group->joined;
  ++ai500::simulated::open_communicators;
  *communicator = new ncclComm{std::make_shared<State>()};
  (*communicator)->state->group = group;
  (*communicator)->state->rank = rank;
  return ncclInProgress;
}

ncclResult_t ncclCommSplit(ncclComm_t communicator, int color, int key, ncclComm_t* part,
                           ncclConfig_t* config) {
  if (config->blocking != 0) return ncclInvalidUsage;
  State& state = *communicator->state;
  Group& parent = *state.group;
  std::lock_guard const lock(parent.mutex);
  Split& split = parent.splits[state.splits];
  split.colors.resize(static_cast<std::size_t>(parent.size), -1);
  split.colors[static_cast<std::size_t>(state.rank)] = color;
  ++split.arrived;
  auto& group = parent.parts[{state.splits, color}];
  if (!group) group = std::make_shared<Group>(0);
  {
    std::lock_guard const part_lock(group->mutex);
    ++group->size;
    ++group->joined;
  }
  ++state.splits;
  ++ai500::simulated::open_communicators;
  *part = new ncclComm{std::make_shared<State>()};
  (*part)->state->group = group;
  (*part)->state->rank = key;
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t communicator, ncclResult_t* error) {
  State& state = *communicator->state;
  std::lock_guard const lock(state.group->mutex);
  bool const all_split =
      state.splits == 0 || state.group->splits[state.splits - 1].arrived == state.group->size;
  *error = state.group->joined < state.group->size || !all_split ? ncclInProgress : ncclSuccess;
  if (ai500::simulated::faults.rank_with_asynchronous_error == state.rank) *error = ncclRemoteError;
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t communicator) {
  {
    State& state = *communicator->state;
    std::lock_guard const lock(state.group->mutex);
    state.aborted = true;
    state.group->changed.notify_all();
  }
  delete communicator;
  --ai500::simulated::open_communicators;
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(void const* from, void* to, std::size_t count, ncclDataType_t type,
                           ncclRedOp_t, ncclComm_t communicator, cudaStream_t stream) {
  if (from != to) return ncclInvalidArgument;  // nothing else is needed here
  if (ai500::simulated::faults.rank_whose_call_fails == communicator->state->rank)
    return ncclInvalidUsage;
  ai500::simulated::enqueue(
      stream, [=, state = communicator->state, number = communicator->state->operations++] {
        Group& group = *state->group;
        std::unique_lock lock(group.mutex);
        Operation& operation = group.operations[number];
        operation.buffers.resize(static_cast<std::size_t>(group.size));
        operation.buffers[static_cast<std::size_t>(state->rank)] = to;
        if (++operation.arrived == group.size) {
          add(operation, count, type);
          group.changed.notify_all();
        }
        group.changed.wait(lock, [&] { return state->aborted || operation.arrived == group.size; });
        if (operation.arrived < group.size) return;
        if (count > 0) std::memcpy(to, operation.sum.data(), operation.sum.size());
        if (++operation.left == group.size) group.operations.erase(number);
      });
  return ncclSuccess;
}

}  // extern "C"
