// SPDX-License-Identifier: Apache-2.0
// Runs the tests of this folder on every rank of an mpirun; fails on all ranks when they fail on
// one.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <ai500/collectives/mpi.hpp>

int main(int argc, char** argv) {
  ai500::collectives::Mpi::Session session(argc, argv, {});
  double failed = 0;
  session.run_ranks([&](ai500::collectives::Mpi::Communicator& world) {
    doctest::Context context(argc, argv);
    failed = world.maximum(context.run());
  });
  return static_cast<int>(failed);
}
