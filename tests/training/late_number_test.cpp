// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/late_number.hpp>
//
#include <doctest/doctest.h>

#include "../devices/separate_memory.hpp"

using namespace ai500;

TEST_CASE("LateNumber: each fetch is answered, in order, with the number as it was then") {
  testing::SeparateMemory device;
  Buffer<float, testing::SeparateMemory> buffer(device, 1);
  LateNumber<float, testing::SeparateMemory> number(device);
  float* const there = buffer.data();
  auto const becomes = [&](float value) {
    device.for_each(1, [=](Count) { *there = value; });
    number.fetch(there);
  };
  int waited = 0;
  auto const next = [&] { return number.next([&] { ++waited; }); };

  becomes(1);
  becomes(2);
  CHECK(next() == 1);
  CHECK(waited > 0);
  becomes(3);
  CHECK(next() == 2);
  CHECK(next() == 3);
}

TEST_CASE("LateNumber: on a host it is there at once") {
  devices::Host host;
  LateNumber<double, devices::Host> number(host);
  double value = 1;
  number.fetch(&value);
  value = 2;
  number.fetch(&value);
  auto const never = [] { FAIL("nothing to wait for"); };
  CHECK(number.next(never) == 1);
  CHECK(number.next(never) == 2);
}
