// SPDX-License-Identifier: Apache-2.0
// The main of programs that need a GPU: without one they say so, and exit with 77, which ctest
// shows as skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include <ai500/devices/cuda.hpp>

int main(int argc, char** argv) {
  if (ai500::cuda::device_count() == 0) {
    std::puts("SKIPPED: there is no GPU here");
    return 77;
  }
  std::puts(text(ai500::devices::Cuda().properties()).c_str());
  return doctest::Context(argc, argv).run();
}
