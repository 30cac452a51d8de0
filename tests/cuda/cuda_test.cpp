// SPDX-License-Identifier: Apache-2.0
// What can be told of devices::Cuda on any machine that has CUDA's tools, with or without a GPU.
#include <ai500/devices/cuda.hpp>
//
#include <doctest/doctest.h>

#include <string>

#include <ai500/core/error.hpp>
#include <ai500/devices/mirror.hpp>

using namespace ai500;

namespace {

template <class V>
concept HasSpan = requires(V view) {
  view.span();
};

std::string what_happens(int ordinal) {
  try {
    devices::Cuda const device(ordinal);
    return "";
  } catch (DeviceError const& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("Cuda: a GPU that is not there is an error that says which and why") {
  int const count = cuda::device_count();
  std::string const said = what_happens(count);
  INFO(said);

  CHECK(said.starts_with("no CUDA device " + std::to_string(count) + ": "));
  if (count == 0) {
    CHECK((said.find("cudaErrorNoDevice") != said.npos ||
           said.find("cudaErrorInsufficientDriver") != said.npos));
    CHECK(what_happens(0) == said);  // the error does not stay behind
  } else {
    CHECK(said.find("this process sees " + std::to_string(count)) != said.npos);
  }
  CHECK(what_happens(-1).starts_with("no CUDA device -1: "));
}

TEST_CASE("Cuda: is a device, whose memory the host does not see") {
  CHECK(DevicePolicy<devices::Cuda>);
  CHECK_FALSE(ReachedByHost<devices::Cuda>);
  CHECK_FALSE(HasSpan<View<float, devices::Cuda>>);
  CHECK_FALSE(std::is_convertible_v<View<float, devices::Cuda>, View<float>>);
}

TEST_CASE("Properties: as reports print them") {
  CHECK(text(cuda::Properties{.name = "NVIDIA H100 80GB HBM3",
                              .ordinal = 0,
                              .major = 9,
                              .minor = 0,
                              .memory_bytes = 85'028'765'696,
                              .multiprocessors = 132,
                              .driver = "13.0",
                              .runtime = "12.8"}) ==
        "NVIDIA H100 80GB HBM3, compute capability 9.0, 132 multiprocessors, 85.0 GB, CUDA 12.8 "
        "(driver 13.0)");
}
