// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/collectives/mpi.hpp>

namespace ai500::collectives {

/// Ranks are processes that reduce by messages, also inside one host: what Mpi is compared with,
/// and what several hosts run.
struct MpiMessages {
  static constexpr std::string_view name = "mpi messages (synchronous all-reduce, under backward)";
  static std::string library() { return Mpi::library(); }
  static int launched_rank() { return Mpi::launched_rank(); }

  using Communicator = Mpi::Communicator;

  class Session {
   public:
    Session(int& argc, char**& argv, JoinRequest const& request) : session_(argc, argv, request) {}
    template <class Rank>
    void run_ranks(Rank&& rank) {
      Communicator world(MPI_COMM_WORLD, Mpi::OneHost::by_messages);
      rank(world);
    }
    void abort(int code) { session_.abort(code); }

   private:
    Mpi::Session session_;
  };
};
static_assert(CollectivePolicy<MpiMessages>);

}  // namespace ai500::collectives
