// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/precision/fp32.hpp>
#include <ai500/precision/fp64.hpp>

#include "../training/equivalence.hpp"
#include "world.hpp"

using namespace ai500;
using testing::check_equivalence;

TEST_CASE(
    "Data: P_degree ranks have the losses of one rank within 1e-9 in double, normalization "
    "included") {
  check_equivalence<precision::Fp64>(1e-9, testing::world());
}

TEST_CASE("Data: P_degree ranks have the losses of one rank within 1e-4 in float") {
  check_equivalence<precision::Fp32>(1e-4, testing::world());
}

TEST_CASE("Data: so have ranks that reduce by messages") {
  check_equivalence<precision::Fp64>(
      1e-9, collectives::Mpi::Communicator(MPI_COMM_WORLD, collectives::Mpi::OneHost::by_messages));
}
