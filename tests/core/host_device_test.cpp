// SPDX-License-Identifier: Apache-2.0
#include <ai500/core/host_device.hpp>
//
#include <doctest/doctest.h>

namespace {
AI500_HOST_DEVICE int answer() { return 42; }
}  // namespace

TEST_CASE("AI500_HOST_DEVICE: is nothing to a compiler of host code") {
  CHECK(answer() == 42);
  CHECK(AI500_DEVICE_ARCHITECTURE == 0);
}
