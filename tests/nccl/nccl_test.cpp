// SPDX-License-Identifier: Apache-2.0
/// @file The code that sums over GPUs by NCCL, over simulated libraries: simulated.hpp.
#include <ai500/collectives/nccl.hpp>
//
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <ai500/collectives/threads.hpp>
#include <ai500/training/measured_reduction.hpp>

#include "../collectives/given_numbers.hpp"
#include "gpus.hpp"
#include "simulated.hpp"

using namespace ai500;
using collectives::NcclReduction;
using testing::fill;
using testing::long_enough;
using testing::Nccl;
using testing::read;
using testing::run_gpus;
using testing::run_ranks;
using testing::seconds_of;
using testing::World;

static_assert(CollectivePolicy<Nccl>);
static_assert(AttachesTo<World, devices::Cuda>);
static_assert(ReducesOn<World, devices::Cuda, float, float>);
static_assert(ReducesOn<World, devices::Cuda, double, double>);
static_assert(ReducesOn<World, devices::Cuda, float, half>);
static_assert(ReducesOn<World, devices::Cuda, float, bfloat16>);
static_assert(!ReducesOn<World, devices::Cuda, double, half>);
static_assert(ReducesOn<World, devices::Host, float, float>);

namespace {

/// What a GPU's kernels find when all parts are summed: steps of parts from the back.
template <class Reduction, class IsRight>
void check_steps(World& world, devices::Cuda& device, Reduction& reduction, int parts, int steps,
                 IsRight is_right) {
  auto const memory = reduction.memory();
  for (int step = 0; step < steps; ++step) {
    for (int part = parts; part-- > 0;) {
      Count const begin = memory.size() * part / parts, end = memory.size() * (part + 1) / parts;
      auto const bucket = memory.part(begin, end - begin);
      fill(device, bucket, [=, rank = world.rank()](Count i) {
        return test::given<std::remove_reference_t<decltype(*memory.data())>>(rank, step,
                                                                              begin + i);
      });
      reduction.start(bucket);
      reduction.progress();
    }
    reduction.finish();
    auto const values = read(device, memory);
    Count wrong = 0;
    for (Count i = 0; i < memory.size(); ++i)
      wrong += !is_right(step, i, values[static_cast<std::size_t>(i)]);
    CHECK(wrong == 0);
    reduction.progress();
  }
}

/// ((g0 + g1) + g2) + ..., each number and each addition rounded to Message: by hand.
template <class Message>
float rounded_sum(int ranks, int step, Count i) {
  Message sum(test::given<float>(0, step, i));
  for (int rank = 1; rank < ranks; ++rank)
    sum = Message(static_cast<float>(sum) +
                  static_cast<float>(Message(test::given<float>(rank, step, i))));
  return static_cast<float>(sum);
}

}  // namespace

TEST_CASE_TEMPLATE("Nccl: sums in buckets are right on 1, 2 and 4 GPUs", T, float, double) {
  for (int ranks : {1, 2, 4})
    run_gpus(ranks, long_enough, [](World& world, devices::Cuda& device) {
      auto reduction = world.reduction<T>(device, 4'099);
      CHECK(read(device, reduction.memory())[17] == 0);

      check_steps(world, device, reduction, 5, 6, [&](int step, Count i, T value) {
        return value == test::sum_in_rank_order<T>(world.size(), step, i);
      });
    });
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE_TEMPLATE(
    "Nccl: narrow messages are rounded, each number and each addition; what is "
    "behind the gradients is not",
    Message, half, bfloat16) {
  run_gpus(3, long_enough, [](World& world, devices::Cuda& device) {
    Count const elements = 3'000, rounded = 2'000;
    auto reduction = world.reduction<float, Message>(device, elements, rounded);

    check_steps(world, device, reduction, 3, 4, [&](int step, Count i, float value) {
      return value == (i < rounded ? rounded_sum<Message>(3, step, i)
                                   : test::sum_in_rank_order<float>(3, step, i));
    });
    CHECK(reduction.transport().find(std::string(name(number_type<Message>))) != std::string::npos);
  });
}

TEST_CASE("Nccl: the device computes on while a bucket waits for another rank") {
  std::promise<void> computed;
  auto const rank_0_has_computed = computed.get_future().share();
  run_gpus(2, long_enough, [&](World& world, devices::Cuda& device) {
    auto reduction = world.reduction<float>(device, 100);
    fill(device, reduction.memory(), [](Count) { return 1.0f; });
    if (world.rank() == 1) rank_0_has_computed.wait();
    reduction.start(reduction.memory().part(50, 50));
    if (world.rank() == 0) {
      Buffer<float, devices::Cuda> other(device, 10);
      fill(device, other.view(), [](Count) { return 7.0f; });
      CHECK(read(device, other.view())[9] == 7);  // no wait for the sum
      reduction.progress();
      CHECK(reduction.pending() == 1);
      computed.set_value();
    }
    reduction.start(reduction.memory().part(0, 50));
    reduction.finish();
    // A kernel behind the finish finds the sums, without the host's help.
    Buffer<float, devices::Cuda> copy(device, 100);
    simulated::enqueue(device.stream(), [from = reduction.memory(), to = copy.view()] {
      for (Count i = 0; i < 100; ++i) to.data()[i] = from.data()[i];
    });
    CHECK(read(device, copy.view()) == std::vector<float>(100, 2.0f));
    reduction.progress();
    CHECK(reduction.pending() == 0);
  });
}

TEST_CASE("Nccl: many steps may be given to the device before it has made one") {
  run_gpus(2, long_enough, [](World& world, devices::Cuda& device) {
    auto reduction = world.reduction<double>(device, 64);
    fill(device, reduction.memory(), [](Count) { return 1.0; });
    for (int step = 0; step < 40; ++step) {
      reduction.start(reduction.memory().part(32, 32));
      reduction.start(reduction.memory().part(0, 32));
      reduction.finish();
    }

    for (double value : read(device, reduction.memory())) CHECK(value == std::exp2(40));
    reduction.progress();
    CHECK(reduction.pending() == 0);
  });
}

TEST_CASE("Nccl: each job sums over its own GPUs, split from the world's") {
  run_gpus(4, long_enough, [](World& world, devices::Cuda& device) {
    World job = world.split(world.rank() / 3);  // ranks 0 to 2, and 3
    auto reduction = job.reduction<float>(device, 33);
    fill(device, reduction.memory(), [=](Count) { return static_cast<float>(world.rank() + 1); });
    reduction.start(reduction.memory());
    reduction.finish();

    float const expected = world.rank() < 3 ? 1 + 2 + 3 : 4;
    CHECK(read(device, reduction.memory()) == std::vector<float>(33, expected));
  });
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE("Nccl: a peer that does not start its bucket is named in time, and nobody hangs") {
  std::atomic<int> told = 0;
  std::atomic<int> waiting = 2;
  double const seconds = seconds_of([&] {
    run_gpus(3, 0.5, [&](World& world, devices::Cuda& device) {
      auto reduction = world.reduction<float>(device, 200);
      reduction.start(reduction.memory().part(100, 100));
      if (world.rank() == 2) {  // stays away from the second bucket
        while (waiting > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return;
      }
      reduction.start(reduction.memory().part(0, 100));
      reduction.finish();
      device.synchronize();  // would wait for ever
      std::string error;
      try {
        reduction.progress();
      } catch (CollectiveError const& thrown) {
        error = thrown.what();
      }
      --waiting;
      // One sum has joined the ranks: the missing one is the third.
      bool const is_right =
          error.find("ncclAllReduce of bucket 1 (elements 0 to 100 as float32)") !=
              std::string::npos &&
          error.find("no end within 0.5 s") != std::string::npos &&
          error.find("rank 2 on ") != std::string::npos &&
          error.find("has come to 2 of 3") != std::string::npos &&
          error.find("rank 0 on ") == std::string::npos &&
          error.find("rank 1 on ") == std::string::npos;
      CHECK_MESSAGE(is_right, error);
      told += is_right;
      // What is asked of it later says the same.
      CHECK_THROWS_WITH_AS(reduction.start(reduction.memory()), error.c_str(), CollectiveError);
      CHECK_THROWS_WITH_AS(reduction.finish(), error.c_str(), CollectiveError);
    });
  });

  CHECK(told == 2);
  CHECK(seconds < 20);
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE("Nccl: a rank that ends with an error ends the sums that wait for it, with its error") {
  double const seconds = seconds_of([&] {
    CHECK_THROWS_WITH_AS(run_gpus(3, long_enough,
                                  [&](World& world, devices::Cuda& device) {
                                    auto reduction = world.reduction<float>(device, 10);
                                    if (world.rank() == 1) throw DataError("the picture is torn");
                                    reduction.start(reduction.memory());
                                    reduction.finish();
                                    device.synchronize();
                                    CHECK_THROWS_WITH_AS(
                                        reduction.progress(),
                                        doctest::Contains("rank 1 has ended: the picture is torn"),
                                        CollectiveError);
                                  }),
                         "the picture is torn", DataError);
  });

  CHECK(seconds < 20);
}

TEST_CASE("Nccl: an asynchronous error of NCCL's is thrown by the next call, with its text") {
  std::atomic<int> waiting = 1;
  run_gpus(2, long_enough, [&](World& world, devices::Cuda& device) {
    auto reduction = world.reduction<float>(device, 10);
    world.barrier();
    if (world.rank() == 1) {
      while (waiting > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return;
    }
    reduction.start(reduction.memory());
    reduction.finish();
    simulated::faults.rank_with_asynchronous_error = 0;
    device.synchronize();
    CHECK_THROWS_WITH_AS(
        reduction.progress(),
        doctest::Contains(
            "remote process exited or there was a network error; in sums, rank 1 on "),
        CollectiveError);
    simulated::faults.rank_with_asynchronous_error = -1;
    --waiting;
  });
}

TEST_CASE("Nccl: a call that NCCL refuses is an error at once") {
  run_gpus(1, long_enough, [&](World& world, devices::Cuda& device) {
    auto reduction = world.reduction<float>(device, 10);
    simulated::faults.rank_whose_call_fails = 0;
    CHECK_THROWS_WITH_AS(reduction.start(reduction.memory()),
                         doctest::Contains("ncclAllReduce: simulated error"), CollectiveError);
    simulated::faults.rank_whose_call_fails = -1;
  });
}

TEST_CASE("Nccl: who does not join is named on all ranks") {
  std::string const id = collectives::nccl::unique_id();
  run_ranks(3, long_enough, [&](World& world) {
    auto attendance = collectives::Attendance::of(world);
    if (world.rank() == 1) return world.barrier();
    CHECK_THROWS_WITH_AS(
        collectives::nccl::Membership::join(
            id, world.rank(), 3, {.patience_seconds = 0.3, .attendance = std::move(attendance)}),
        doctest::Contains("not done within 0.3 s; rank 1 on "), CollectiveError);
    world.barrier();
  });
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE("Nccl: a reduction that is given up while a sum is under way does not wait for others") {
  std::atomic<bool> gone = false;
  double const seconds = seconds_of([&] {
    run_gpus(2, long_enough, [&](World& world, devices::Cuda& device) {
      {
        auto reduction = world.reduction<float>(device, 10);
        world.barrier();
        if (world.rank() == 0) reduction.start(reduction.memory());
        while (world.rank() == 1 && !gone) std::this_thread::yield();
      }
      if (world.rank() == 0) gone = true;
    });
  });

  CHECK(seconds < 20);
  CHECK(simulated::open_communicators == 0);
}

TEST_CASE("Nccl: parts of a world that was not attached cannot sum on GPUs, only on hosts") {
  run_ranks(2, long_enough, [](World& world) {
    devices::Cuda device(DeviceChoice{.local_rank = world.rank()});
    CHECK_THROWS_WITH_AS(world.reduction<float>(device, 3), doctest::Contains("must be attached"),
                         CollectiveError);
    devices::Host host;
    auto reduction = world.reduction<float>(host, 3);
    for (float& value : reduction.memory().span()) value = 1.5f;
    reduction.start(reduction.memory());
    reduction.finish();
    CHECK(reduction.memory().span()[2] == 3);
  });
}

TEST_CASE("Nccl: the device's clock says what was hidden and what was exposed") {
  using Reduction = NcclReduction<float>;
  static_assert(TimesItself<Reduction>);
  run_gpus(2, long_enough, [](World& world, devices::Cuda& device) {
    auto late = [](int milliseconds) {
      return [=] { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); };
    };
    MeasuredReduction<float, Reduction, std::chrono::steady_clock, devices::Cuda> measured(
        world.reduction<float>(device, 10));
    CHECK(measured.hidden_seconds() == 0);
    CHECK(measured.exposed_seconds() == 0);
    world.barrier();
    // Rank 1 gives its part 200 ms late; rank 0 has kernels for 50 ms to do meanwhile.
    if (world.rank() == 1) simulated::enqueue(device.stream(), late(200));
    measured.start(measured.reduction().memory());
    if (world.rank() == 0) simulated::enqueue(device.stream(), late(50));
    measured.finish();
    device.synchronize();

    if (world.rank() == 0) {
      CHECK(measured.hidden_seconds() >= 0.045);
      CHECK(measured.exposed_seconds() >= 0.1);
    }
  });
}

TEST_CASE("Cuda: ranks take the GPUs of their host in turn, and none is two ranks'") {
  devices::Cuda const first(DeviceChoice{.local_rank = 0}), last(DeviceChoice{.local_rank = 3}),
      again(DeviceChoice{.local_rank = 4});

  CHECK(first.properties().ordinal == 0);
  CHECK(last.properties().ordinal == 3);
  CHECK(again.properties().ordinal == 0);
  CHECK(devices::Cuda::available() == 4);
  CHECK(last.identity() == "simulated GPU at 0000:04:00.0");
  CHECK_NOTHROW(require_own_accelerators({"a", "a"}, {first.identity(), last.identity()}));
  CHECK_THROWS_WITH_AS(require_own_accelerators({"a", "a"}, {first.identity(), again.identity()}),
                       doctest::Contains("simulated GPU at 0000:01:00.0"), UsageError);
}
