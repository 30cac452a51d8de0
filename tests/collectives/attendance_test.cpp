// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/attendance.hpp>
//
#include <doctest/doctest.h>

#include <string>

#include <ai500/collectives/self.hpp>

#include "ranks_as_threads.hpp"

using namespace ai500;
using collectives::Attendance;
using World = collectives::Threads::Communicator;

TEST_CASE("Attendance: names the ranks that have not come, and how far they are") {
  testing::run_as_threads(3, [](World& world) {
    Attendance attendance = Attendance::of(world);
    attendance.arrive(world.rank() == 1 ? 4 : 5);
    world.barrier();

    CHECK(attendance.missing(4) == "all ranks have come to it");
    CHECK(attendance.all_seen_have_come(4));
    CHECK(!attendance.all_seen_have_come(5));
    CHECK(attendance.missing(5) == "rank 1 on " + host_name() + " has come to 4 of 5");
    world.barrier();
    attendance.arrive(5);
    world.barrier();
    CHECK(attendance.missing(5) == "all ranks have come to it");
  });
}

TEST_CASE("Attendance: says that it does not see ranks of other hosts") {
  /// One rank a host; its own parts are one rank.
  struct Elsewhere : collectives::Self::Communicator {
    int rank() const { return 0; }
    int size() const { return 2; }
    Elsewhere split(int) { return {}; }
    std::vector<std::string> allgather(std::string const& text) {
      return text == host_name() ? std::vector<std::string>{text, "n1"}
                                 : std::vector<std::string>{text};
    }
  } world;
  Attendance attendance = Attendance::of(world);
  attendance.arrive(3);

  CHECK(attendance.missing(3) == "not seen from here are ranks 1 on n1");
  CHECK(attendance.all_seen_have_come(3));
  CHECK(!Attendance().all_seen_have_come(0));  // not known
}
