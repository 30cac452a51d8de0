// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/openmp_team.hpp>
//
#include <doctest/doctest.h>

#include <array>
#include <atomic>

extern "C" int omp_get_max_threads();

using namespace ai500;

TEST_CASE("openmp_team: each of its threads does its own part, once") {
  devices::ThreadTeam const team = devices::openmp_team(3);
  std::array<std::atomic<int>, 3> calls{};

  team.run(
      [](void* data, int thread) {
        (*static_cast<std::array<std::atomic<int>, 3>*>(data))[static_cast<std::size_t>(thread)] +=
            1;
      },
      &calls, team.threads);

  CHECK(team.threads == 3);
  for (std::atomic<int> const& call : calls) CHECK(call == 1);
}

TEST_CASE("openmp_team: becomes the number of threads that oneDNN takes") {
  devices::openmp_team(2);
  CHECK(omp_get_max_threads() == 2);
}

TEST_CASE("openmp_team: a host shares all tasks among it") {
  devices::Host const host(devices::openmp_team(3));
  std::array<std::atomic<int>, 100> calls{};

  host.parallel(100, [&](Count task) { calls[static_cast<std::size_t>(task)] += 1; });

  for (std::atomic<int> const& call : calls) CHECK(call == 1);
}
