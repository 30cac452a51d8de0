// SPDX-License-Identifier: Apache-2.0
/// @file Trainings whose ranks are threads; mpi/ has the same for processes.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <ai500/precision/fp32.hpp>
#include <ai500/precision/fp64.hpp>

#include "../collectives/ranks_as_threads.hpp"
#include "equivalence.hpp"

using namespace ai500;
using collectives::Threads;

TEST_CASE("Threads: 1, 2 and 4 ranks have the losses of one rank within 1e-9 in double") {
  for (int ranks : {1, 2, 4})
    testing::run_as_threads(ranks, [](Threads::Communicator& world) {
      testing::check_equivalence<precision::Fp64>(1e-9, world);
    });
}

TEST_CASE("Threads: 2 and 4 ranks have the losses of one rank within 1e-4 in float") {
  for (int ranks : {2, 4})
    testing::run_as_threads(ranks, [](Threads::Communicator& world) {
      testing::check_equivalence<precision::Fp32>(1e-4, world);
    });
}

TEST_CASE("Threads: all ranks have the same losses and statistics, bit for bit") {
  testing::run_as_threads(4, [](Threads::Communicator& world) {
    auto const mine = testing::ten_steps<precision::Fp32>(world);
    auto bits = [](std::vector<double> const& values) {
      return std::string(reinterpret_cast<char const*>(values.data()),
                         values.size() * sizeof(double));
    };

    for (std::string const& other : world.allgather(bits(mine.losses)))
      CHECK((other == bits(mine.losses)));
    for (std::string const& other : world.allgather(bits(mine.running_statistics)))
      CHECK((other == bits(mine.running_statistics)));
  });
}

TEST_CASE("Threads: jobs side by side train as they would alone") {
  std::vector<double> const alone =
      testing::ten_steps<precision::Fp64>(collectives::Self::Communicator{}).losses;

  testing::run_as_threads(4, [&](Threads::Communicator& world) {
    auto job = world.split(world.rank() / 2);
    auto const together = testing::ten_steps<precision::Fp64>(job).losses;
    REQUIRE(job.size() == 2);
    for (std::size_t step = 0; step < alone.size(); ++step)
      CHECK(std::abs(together[step] - alone[step]) <= 1e-9 * alone[step]);
  });
}
