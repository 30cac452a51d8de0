// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <sched.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <ai500/reports/environment.hpp>

#include "examples.hpp"

using namespace ai500;
using ai500::test::has;

TEST_CASE("this_environment: names this host, its system and the compiler") {
  std::array<char, 256> host{};
  REQUIRE(gethostname(host.data(), host.size() - 1) == 0);

  Environment const environment = this_environment({{"oneDNN", "2.6.3"}});

  CHECK(environment.host == host.data());
  CHECK(has(environment.operating_system, {"Linux"}));
  CHECK(has(environment.compiler, {__VERSION__}));
  CHECK_FALSE(environment.git_revision.empty());
  REQUIRE(environment.libraries.size() == 1);
  CHECK(environment.libraries[0].name == "oneDNN");
  CHECK(environment.libraries[0].version == "2.6.3");
}

TEST_CASE("this_environment: the processor's name is a line of /proc/cpuinfo") {
  std::string const cpu = this_environment({}).cpu;
  std::string const cpuinfo = ai500::test::read_bytes("/proc/cpuinfo");

  REQUIRE_FALSE(cpu.empty());
  if (has(cpuinfo, {"model name"}))
    CHECK(has(cpuinfo, {": " + cpu + '\n'}));
  else
    CHECK(has(cpu, {"unknown ("}));
}

TEST_CASE("this_environment: counts the cores of the affinity mask, not those of the machine") {
  cpu_set_t before;
  REQUIRE(sched_getaffinity(0, sizeof(before), &before) == 0);
  int first = 0;
  while (!CPU_ISSET(static_cast<std::size_t>(first), &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(first), &one);

  int const all_cores = this_environment({}).cores;
  REQUIRE(sched_setaffinity(0, sizeof(one), &one) == 0);
  int const one_core = this_environment({}).cores;
  REQUIRE(sched_setaffinity(0, sizeof(before), &before) == 0);

  CHECK(all_cores == CPU_COUNT(&before));
  CHECK(one_core == 1);
}
