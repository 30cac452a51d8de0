// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/mirror.hpp>
//
#include <doctest/doctest.h>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "separate_memory.hpp"

using namespace ai500;
using testing::SeparateMemory;

TEST_CASE("Mirror: of a host's memory is that memory") {
  devices::Host host;
  Buffer<float> buffer(host, 3);

  Mirror mirror(host, buffer.view());
  mirror.host().span()[1] = 42;
  mirror.upload();

  CHECK(mirror.host().data() == buffer.data());
  CHECK(buffer.data()[1] == 42);
  mirror.download();
  CHECK(mirror.host().span()[1] == 42);
}

TEST_CASE("Mirror: what was uploaded is on the device, what the device wrote is downloaded") {
  SeparateMemory device;
  Buffer<int, SeparateMemory> buffer(device, 4);
  Mirror mirror(device, buffer.view());
  int* const elements = buffer.data();

  for (int i = 0; i < 4; ++i) mirror.host().span()[static_cast<std::size_t>(i)] = 10 * i;
  mirror.upload();
  device.for_each(4, [elements](Count i) { elements[i] += 1; });
  mirror.download();

  for (int i = 0; i < 4; ++i)
    CHECK(mirror.host().span()[static_cast<std::size_t>(i)] == 10 * i + 1);
  CHECK(device.uploads() == 1);
  CHECK(device.downloads() == 1);
}

TEST_CASE("Staging: moving hands the memory on") {
  SeparateMemory device;
  Staging<float, SeparateMemory> a(device, 8);
  float* const elements = a.view().data();

  Staging<float, SeparateMemory> b(std::move(a));
  CHECK(b.view().data() == elements);
  CHECK(b.view().size() == 8);
  a = std::move(b);
  CHECK(a.view().data() == elements);
}

TEST_CASE("SeparateMemory: does its work late, and ends who touches its memory") {
  SeparateMemory device;
  int* const memory = static_cast<int*>(device.allocate(sizeof(int)));
  int* const staging = static_cast<int*>(device.allocate_staging(sizeof(int)));
  *staging = 1;
  device.upload(memory, staging, sizeof(int));
  *staging = 2;  // too early
  device.download(staging, memory, sizeof(int));
  CHECK(*staging == 2);

  pid_t const child = fork();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    int volatile* const closed = memory;
    _exit(*closed == 2 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK_FALSE((WIFEXITED(status) && WEXITSTATUS(status) == 0));

  device.deallocate_staging(staging);
  device.deallocate(memory);
  CHECK(device.allocations() == 0);
}
