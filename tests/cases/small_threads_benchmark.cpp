// SPDX-License-Identifier: Apache-2.0
#include "small_benchmark.hpp"

#include <ai500/collectives/threads.hpp>

using namespace ai500;

int main(int argc, char** argv) {
  return run<testing::SmallBenchmark<collectives::Threads>>(argc, argv);
}
