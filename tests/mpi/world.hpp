// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/collectives/mpi.hpp>

namespace ai500::testing {

/// All ranks of this test run.
inline collectives::Mpi::Communicator world() {
  return collectives::Mpi::Communicator(MPI_COMM_WORLD);
}

}  // namespace ai500::testing
