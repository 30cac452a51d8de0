// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/cuda.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/devices/mirror.hpp>

#include "../cuda/doubled.hpp"

using namespace ai500;

TEST_CASE("Cuda: memory is zeroed, also where others have written") {
  devices::Cuda device;
  for (int repetition = 0; repetition < 3; ++repetition) {
    Buffer<int, devices::Cuda> buffer(device, 1 << 20);
    Mirror mirror(device, buffer.view());
    mirror.download();
    auto const elements = mirror.host().span();
    CHECK(std::all_of(elements.begin(), elements.end(), [](int x) { return x == 0; }));
    std::fill(elements.begin(), elements.end(), 7);
    mirror.upload();
  }
}

TEST_CASE("Cuda: copies and functors are done in the order in which they were given") {
  devices::Cuda device;
  Count const n = 1 << 22;
  Buffer<float, devices::Cuda> buffer(device, n);
  Mirror mirror(device, buffer.view());
  auto const elements = mirror.host().span();
  std::iota(elements.begin(), elements.end(), 0.0f);

  mirror.upload();
  for (int i = 0; i < 3; ++i) device.for_each(n, testing::Doubled{buffer.data()});
  mirror.download();

  int wrong = 0;
  for (std::size_t i = 0; i < elements.size(); ++i)
    wrong += elements[i] != 8 * static_cast<float>(i);
  CHECK(wrong == 0);
}

TEST_CASE("Cuda: more memory than there is names the bytes asked for, and the device goes on") {
  devices::Cuda device;
  Count const bytes = Count{1} << 50;
  CHECK_THROWS_WITH_AS((Buffer<std::byte, devices::Cuda>(device, bytes)),
                       doctest::Contains("1125899906842624 bytes asked for"), DeviceError);
  Buffer<float, devices::Cuda> buffer(device, 100);
  device.for_each(100, testing::Doubled{buffer.data()});
  CHECK_NOTHROW(device.synchronize());
}

TEST_CASE("Cuda: its properties are those of a GPU") {
  devices::Cuda const device;
  CHECK_FALSE(device.properties().name.empty());
  CHECK(device.properties().major >= 7);
  CHECK(device.properties().multiprocessors > 0);
  CHECK(device.properties().memory_bytes > std::size_t{1} << 30);
}
