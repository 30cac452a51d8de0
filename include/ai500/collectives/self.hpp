// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

#include <ai500/collectives/local_reduction.hpp>
#include <ai500/collectives/policy.hpp>

namespace ai500::collectives {

/// One rank, alone: everything is already reduced. For a benchmark without a message passing
/// library.
struct Self {
  static constexpr std::string_view name = "self (one rank)";
  static std::string library() { return "none"; }
  static int launched_rank() { return 0; }

  class Communicator {
   public:
    int rank() const { return 0; }
    int size() const { return 1; }
    Communicator split(int) { return {}; }
    void barrier() {}
    template <class T>
    void allreduce(View<T>) {}
    template <class T, class Device>
    LocalReduction<T, Device> reduction(Device& device, Count elements) {
      return {device, elements};
    }
    /// Nothing is sent, and so nothing is rounded.
    template <class T, class Message, class Device>
    LocalReduction<T, Device> reduction(Device& device, Count elements, Count) {
      return {device, elements};
    }
    double maximum(double number) { return number; }
    std::string bcast(std::string const& text, int) { return text; }
    std::vector<std::string> allgather(std::string const& text) { return {text}; }
  };

  class Session {
   public:
    Session(int&, char**&, JoinRequest const& request) {
      if (request.ranks != 1) refuse_ranks(request, "this benchmark has one rank");
    }
    template <class Rank>
    void run_ranks(Rank&& rank) {
      Communicator world;
      rank(world);
    }
    void abort(int code) { std::_Exit(code); }
  };
};
static_assert(CollectivePolicy<Self>);

}  // namespace ai500::collectives
