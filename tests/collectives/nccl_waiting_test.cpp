// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/nccl/waiting.hpp>
//
#include <doctest/doctest.h>

#include <string>

#include "ranks_as_threads.hpp"

using namespace ai500;
using collectives::Attendance;
using collectives::nccl::Waiting;
using World = collectives::Threads::Communicator;

TEST_CASE("Waiting: names hosts that have not begun a sum, or else GPUs that have not come to it") {
  testing::run_as_threads(2, [](World& world) {
    Waiting waiting{.attendance = Attendance::of(world), .devices = Attendance::of(world)};
    std::string const last = "rank 1 on " + host_name() + " has come to ";
    waiting.attendance.arrive(world.rank() == 0 ? 7 : 6);
    waiting.devices.arrive(world.rank() == 0 ? 5 : 4);
    world.barrier();

    CHECK(waiting.missing_in_sum(7) == "in sums, " + last + "6 of 7");
    CHECK(waiting.missing_in_sum(5) == "on GPUs, " + last + "4 of 5");
    CHECK(waiting.missing_in_sum(4) == "on GPUs, all ranks have come to it");
    world.barrier();
  });
}

TEST_CASE("Waiting: its limit is said in seconds, and who has ended is nobody's where none asks") {
  Waiting const waiting{.patience_seconds = 0.25};

  CHECK(waiting.limit() == "0.25 s");
  CHECK(waiting.patience() == std::chrono::milliseconds(250));
  CHECK(waiting.ended() == "");
}
