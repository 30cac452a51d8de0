// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/collectives/mpi_call.hpp>
//
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/policy.hpp>

namespace ai500::collectives {

/// The sum over ranks by MPI_Iallreduce, in pieces. Open MPI does not advance alone: `progress`
/// drives it.
template <class T>
class MessageReduction {
 public:
  /// @param communicator outlives the reduction
  /// @param reason why it is this one that runs; part of `transport()`
  MessageReduction(devices::Host& host, MPI_Comm communicator, Count elements, std::string reason)
      : memory_(host, elements), communicator_(communicator), reason_(std::move(reason)) {}

  View<T> memory() { return memory_.view(); }

  void start(View<T> part) {
    for (Count offset = 0; offset < part.size(); offset += mpi::piece_elements<T>) {
      int const count = static_cast<int>(std::min(mpi::piece_elements<T>, part.size() - offset));
      requests_.push_back(MPI_REQUEST_NULL);
      mpi::check(MPI_Iallreduce(MPI_IN_PLACE, part.data() + offset, count, mpi::datatype<T>(),
                                MPI_SUM, communicator_, &requests_.back()),
                 "MPI_Iallreduce");
      ++pending_;
    }
    completed_.resize(requests_.size());
  }

  void progress() {
    if (pending_ == 0) return;
    int count = 0;
    mpi::check(MPI_Testsome(static_cast<int>(requests_.size()), requests_.data(), &count,
                            completed_.data(), MPI_STATUSES_IGNORE),
               "MPI_Testsome");
    pending_ -= count;
  }

  Count pending() const { return pending_; }

  void finish() {
    mpi::check(
        MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE),
        "MPI_Waitall");
    requests_.clear();
    pending_ = 0;
  }

  std::string transport() const {
    return "MPI_Iallreduce in pieces of 4 MiB, driven between kernels (" + reason_ + ")";
  }

 private:
  Buffer<T> memory_;
  MPI_Comm communicator_;
  std::string reason_;
  std::vector<MPI_Request> requests_;  // since the last finish; null when it is known to be done
  std::vector<int> completed_;         // what MPI_Testsome has last found
  Count pending_ = 0;
};
static_assert(ReductionOf<MessageReduction<float>, float>);

}  // namespace ai500::collectives
