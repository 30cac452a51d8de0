// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/policy.hpp>
//
#include <doctest/doctest.h>

#include <ai500/devices/host.hpp>

#include "separate_memory.hpp"

using namespace ai500;

namespace {
struct Nothing {};
struct Doubled {
  float* x;
  void operator()(Count i) const { x[i] *= 2; }
};
}  // namespace

TEST_CASE("DevicePolicy: the host and a device of separate memory are devices, a stranger is not") {
  CHECK(DevicePolicy<devices::Host>);
  CHECK(DevicePolicy<testing::SeparateMemory>);
  CHECK_FALSE(DevicePolicy<Nothing>);
  CHECK(ReachedByHost<devices::Host>);
  CHECK_FALSE(ReachedByHost<testing::SeparateMemory>);
  CHECK_FALSE(ReachedByHost<Nothing>);
}

TEST_CASE("RunsForEach: a device runs functors of an index") {
  CHECK(RunsForEach<devices::Host, Doubled>);
  CHECK(RunsForEach<testing::SeparateMemory, Doubled>);
  CHECK_FALSE(RunsForEach<Nothing, Doubled>);
}
