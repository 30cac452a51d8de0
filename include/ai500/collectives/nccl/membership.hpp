// SPDX-License-Identifier: Apache-2.0
/// @file NCCL and its communicators. Needs no header of NCCL's; defined in membership.ipp.
#pragma once

#include <memory>
#include <string>

#include <ai500/collectives/nccl/waiting.hpp>

namespace ai500::collectives::nccl {

/// "NCCL 2.28.9".
std::string version();

/// What the ranks of a new communicator have in common: NCCL's unique id, as bytes.
/// @throws CollectiveError
std::string unique_id();

/// One rank's place in a communicator of NCCL's. NCCL never blocks a call for others here: what is
/// waited for, is waited for with a limit. Its destructor ends what is under way.
class Membership {
 public:
  struct State;

  /// Joins `size` ranks, each with a GPU of its own: the one that this thread has set. Collective.
  /// @throws CollectiveError with NCCL's text, or naming the ranks that have not come in time
  static std::shared_ptr<Membership> join(std::string const& id, int rank, int size,
                                          Waiting waiting);

  /// The part of the ranks that gave the same color, in their order (ncclCommSplit). Collective.
  /// @param rank in the new communicator; `size` its ranks
  /// @throws CollectiveError as `join`
  std::shared_ptr<Membership> split(int color, int rank, int size, Waiting waiting);

  explicit Membership(std::unique_ptr<State> state);
  Membership(Membership const&) = delete;
  Membership& operator=(Membership const&) = delete;
  ~Membership();

  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace ai500::collectives::nccl
