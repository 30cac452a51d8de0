// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/cores.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <sched.h>

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

TEST_CASE("host_cores: not fewer than this process may use") {
  CHECK(host_cores() >= available_cores().count);
}

TEST_CASE("cores_a_rank: a rank alone has its whole mask") {
  CHECK(cores_a_rank({"a"}, {"0,1,4"}) == 3);
  CHECK(cores_a_rank({"a", "b"}, {"0,1", "0,1"}) == 2);
  CHECK(cores_a_rank({"a", "a"}, {"0,1", "2,3"}) == 2);
}

TEST_CASE("cores_a_rank: ranks with the same mask share it, rounded down") {
  CHECK(cores_a_rank({"a", "a"}, {"0,1,2,3", "0,1,2,3"}) == 2);
  CHECK(cores_a_rank({"a", "a"}, {"0,1,2", "0,1,2"}) == 1);

  std::vector<std::string> const hosts(49, "a");
  std::string all = "0";
  for (int core = 1; core < 98; ++core) all += "," + std::to_string(core);
  CHECK(cores_a_rank(hosts, std::vector<std::string>(49, all)) == 2);  // 98 times 1 / 49
}

TEST_CASE("cores_a_rank: masks that overlap share what they have in common") {
  // Core 0 is one rank's and half the other's, which has core 1 besides: 1/2 and 1 1/2.
  CHECK(cores_a_rank({"a", "a"}, {"0", "0,1"}) == 1);
  // 4 cores of the first, of which the second uses two: 2 + 2/2 = 3 and 2/2 = 1.
  CHECK(cores_a_rank({"a", "a"}, {"0,1,2,3", "2,3"}) == 1);
  // Two ranks of 6 cores that have 4 in common: 2 + 4/2.
  CHECK(cores_a_rank({"a", "a"}, {"0,1,2,3,4,5", "2,3,4,5,6,7"}) == 4);
}

TEST_CASE("cores_a_rank: all ranks have as many as the one that has least") {
  CHECK(cores_a_rank({"a", "b"}, {"0,1,2,3", "0,1"}) == 2);
}

TEST_CASE("cores_a_rank: more ranks than cores have one each") {
  CHECK(cores_a_rank({"a", "a", "a"}, {"0,1", "0,1", "0,1"}) == 1);
}

TEST_CASE("cores_a_rank: a host that does not tell its cores counts as one") {
  CHECK(cores_a_rank({"a"}, {""}) == 1);
}
