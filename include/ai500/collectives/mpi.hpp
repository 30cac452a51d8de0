// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifndef OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX 1
#endif
#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <ai500/collectives/policy.hpp>
#include <ai500/core/error.hpp>

namespace ai500::collectives {

/// Ranks are processes, started by mpirun or srun.
struct Mpi {
  static constexpr std::string_view name = "mpi (synchronous all-reduce)";

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

  /// @throws CollectiveError naming the function that failed and MPI's own text
  static void check(int code, char const* function) {
    if (code == MPI_SUCCESS) return;
    std::array<char, MPI_MAX_ERROR_STRING> text{};
    int length = 0;
    MPI_Error_string(code, text.data(), &length);
    throw CollectiveError(std::string(function) + ": " + text.data());
  }

  class Communicator {
   public:
    explicit Communicator(MPI_Comm borrowed) : communicator_(borrowed) { learn(); }

    int rank() const { return rank_; }
    int size() const { return size_; }

    /// The ranks that gave the same color, in the order they have here.
    Communicator split(int color) {
      MPI_Comm part = MPI_COMM_NULL;
      check(MPI_Comm_split(communicator_, color, rank_, &part), "MPI_Comm_split");
      Communicator result(part);
      result.owned_ = std::shared_ptr<void>(nullptr, [part](void*) {
        MPI_Comm freed = part;
        MPI_Comm_free(&freed);
      });
      return result;
    }

    void barrier() { check(MPI_Barrier(communicator_), "MPI_Barrier"); }

    /// The sum over the ranks, in place, in pieces of 4 MiB: the size at which Open MPI is fastest
    /// inside one host.
    template <class T>
    void allreduce(View<T> values) {
      if (size_ == 1) return;
      Count const piece = (Count{4} << 20) / static_cast<Count>(sizeof(T));
      for (Count offset = 0; offset < values.size(); offset += piece) {
        int const count = static_cast<int>(std::min(piece, values.size() - offset));
        check(MPI_Allreduce(MPI_IN_PLACE, values.data() + offset, count, type(values.data()),
                            MPI_SUM, communicator_),
              "MPI_Allreduce");
      }
    }

    double maximum(double number) {
      check(MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_DOUBLE, MPI_MAX, communicator_),
            "MPI_Allreduce");
      return number;
    }

    /// `text` of rank `root`.
    std::string bcast(std::string const& text, int root) {
      int size = static_cast<int>(text.size());
      check(MPI_Bcast(&size, 1, MPI_INT, root, communicator_), "MPI_Bcast");
      std::string result = text;
      result.resize(static_cast<std::size_t>(size));
      check(MPI_Bcast(result.data(), size, MPI_CHAR, root, communicator_), "MPI_Bcast");
      return result;
    }

    /// Every rank's text, in rank order.
    std::vector<std::string> allgather(std::string const& text) {
      std::vector<std::string> all;
      for (int root = 0; root < size_; ++root) all.push_back(bcast(text, root));
      return all;
    }

   private:
    static MPI_Datatype type(float*) { return MPI_FLOAT; }
    static MPI_Datatype type(double*) { return MPI_DOUBLE; }

    void learn() {
      check(MPI_Comm_set_errhandler(communicator_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
      check(MPI_Comm_rank(communicator_, &rank_), "MPI_Comm_rank");
      check(MPI_Comm_size(communicator_, &size_), "MPI_Comm_size");
    }

    MPI_Comm communicator_;
    std::shared_ptr<void> owned_;  // frees a communicator made by split
    int rank_ = 0;
    int size_ = 1;
  };

  class Session {
   public:
    Session(int& argc, char**& argv) { check(MPI_Init(&argc, &argv), "MPI_Init"); }
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;
    ~Session() { MPI_Finalize(); }

    Communicator world() { return Communicator(MPI_COMM_WORLD); }

    /// Ends every rank with this exit code.
    void abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }
  };
};
static_assert(CollectivePolicy<Mpi>);

}  // namespace ai500::collectives
