// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/collectives/mpi_call.hpp>
//
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/chosen_reduction.hpp>
#include <ai500/collectives/local_reduction.hpp>
#include <ai500/collectives/message_reduction.hpp>
#include <ai500/collectives/policy.hpp>
#include <ai500/collectives/shared_memory_reduction.hpp>

namespace ai500::collectives {

/// Of one rank, of ranks that are on one host, or of any.
template <class T>
using MpiReduction = ChosenReduction<T, devices::Host, LocalReduction<T>, SharedMemoryReduction<T>,
                                     MessageReduction<T>>;

/// Ranks are processes, started by mpirun or srun. The ranks of a base model that are on one host
/// reduce in shared memory, others by messages; the report says which it was.
struct Mpi {
  static constexpr std::string_view name = "mpi (synchronous all-reduce, under backward)";

  /// The message passing library and its version.
  static std::string library() {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    MPI_Get_library_version(text.data(), &length);
    std::string const version(text.data(), static_cast<std::size_t>(length));
    return version.substr(0, version.find_first_of(",\n"));
  }

  /// The rank that the launcher gave this process, known before MPI_Init; 0 without a launcher.
  static int launched_rank() {
    for (char const* variable : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
      if (char const* rank = std::getenv(variable)) return std::atoi(rank);
    return 0;
  }

  /// How ranks of one host reduce.
  enum class OneHost { by_shared_memory, by_messages };

  class Communicator {
   public:
    explicit Communicator(MPI_Comm borrowed, OneHost one_host = OneHost::by_shared_memory)
        : communicator_(borrowed), one_host_(one_host) {
      learn();
    }

    int rank() const { return rank_; }
    int size() const { return size_; }

    /// The ranks that gave the same color, in the order they have here.
    Communicator split(int color) {
      MPI_Comm part = MPI_COMM_NULL;
      mpi::check(MPI_Comm_split(communicator_, color, rank_, &part), "MPI_Comm_split");
      Communicator result(part, one_host_);
      result.owned_ = std::shared_ptr<void>(nullptr, [part](void*) {
        MPI_Comm freed = part;
        MPI_Comm_free(&freed);
      });
      return result;
    }

    void barrier() { mpi::check(MPI_Barrier(communicator_), "MPI_Barrier"); }

    /// The sum over the ranks, in place and in pieces.
    template <class T>
    void allreduce(View<T> values) {
      if (size_ == 1) return;
      constexpr Count piece = mpi::piece_elements<T>;
      for (Count offset = 0; offset < values.size(); offset += piece) {
        int const count = static_cast<int>(std::min(piece, values.size() - offset));
        mpi::check(MPI_Allreduce(MPI_IN_PLACE, values.data() + offset, count, mpi::datatype<T>(),
                                 MPI_SUM, communicator_),
                   "MPI_Allreduce");
      }
    }

    /// Collective. The communicator outlives it.
    /// @throws CollectiveError
    template <class T>
    [[gnu::cold]] MpiReduction<T> reduction(devices::Host& host, Count elements) {
      using InMemory = SharedMemoryReduction<T>;
      if (size_ == 1) return MpiReduction<T>(LocalReduction<T>(host, elements));
      std::string reason = "as chosen";
      if (one_host_ == OneHost::by_shared_memory) {
        CommonMemory common = share_memory(*this, InMemory::bytes(elements));
        if (common.obstacle.empty())
          return MpiReduction<T>(InMemory(host, std::move(common.memory), rank_, size_, elements));
        reason = "no shared memory: " + common.obstacle;
      }
      return MpiReduction<T>(MessageReduction<T>(host, communicator_, elements, std::move(reason)));
    }

    double maximum(double number) {
      mpi::check(MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_DOUBLE, MPI_MAX, communicator_),
                 "MPI_Allreduce");
      return number;
    }

    /// `text` of rank `root`.
    std::string bcast(std::string const& text, int root) {
      int size = static_cast<int>(text.size());
      mpi::check(MPI_Bcast(&size, 1, MPI_INT, root, communicator_), "MPI_Bcast");
      std::string result = text;
      result.resize(static_cast<std::size_t>(size));
      mpi::check(MPI_Bcast(result.data(), size, MPI_CHAR, root, communicator_), "MPI_Bcast");
      return result;
    }

    /// Every rank's text, in rank order.
    std::vector<std::string> allgather(std::string const& text) {
      std::vector<std::string> all;
      for (int root = 0; root < size_; ++root) all.push_back(bcast(text, root));
      return all;
    }

    PeersEndTogether peers() const { return {}; }

   private:
    void learn() {
      mpi::check(MPI_Comm_set_errhandler(communicator_, MPI_ERRORS_RETURN),
                 "MPI_Comm_set_errhandler");
      mpi::check(MPI_Comm_rank(communicator_, &rank_), "MPI_Comm_rank");
      mpi::check(MPI_Comm_size(communicator_, &size_), "MPI_Comm_size");
    }

    MPI_Comm communicator_;
    OneHost one_host_;
    std::shared_ptr<void> owned_;  // frees a communicator made by split
    int rank_ = 0;
    int size_ = 1;
  };

  class Session {
   public:
    Session(int& argc, char**& argv, JoinRequest const& request) {
      refuse_ranks(request, "ranks are MPI's processes here; start them with mpirun -n");
      mpi::check(MPI_Init(&argc, &argv), "MPI_Init");
    }
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;
    ~Session() { MPI_Finalize(); }

    /// This process is one rank.
    template <class Rank>
    void run_ranks(Rank&& rank) {
      Communicator world(MPI_COMM_WORLD);
      rank(world);
    }

    /// Ends every rank with this exit code.
    void abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }
  };
};
static_assert(CollectivePolicy<Mpi>);

}  // namespace ai500::collectives
