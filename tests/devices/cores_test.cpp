// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/cores.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>

using namespace ai500;

TEST_CASE("available_cores: the list has as many cores as it counts") {
  CoreSet const cores = available_cores();

  CHECK(cores.count >= 1);
  CHECK(std::count(cores.list.begin(), cores.list.end(), ',') == cores.count - 1);
}

TEST_CASE("available_cores: follows the affinity mask") {
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  int core = 0;
  while (!CPU_ISSET(core, &before)) ++core;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);

  CoreSet const cores = available_cores();
  sched_setaffinity(0, sizeof before, &before);

  CHECK(cores.count == 1);
  CHECK(cores.list == std::to_string(core));
}
