// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <numeric>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/collectives/shared_memory_reduction.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "small_model.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define AI500_COUNTS_ALLOCATIONS 0  // the sanitizer has its own malloc
#else
#define AI500_COUNTS_ALLOCATIONS 1

namespace {
thread_local long allocations = 0;
}

// Every allocation of this thread, whoever makes it: operator new ends here too.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  ++allocations;
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  ++allocations;
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? 12 : 0;
}
}
#endif

using namespace ai500;

#if AI500_COUNTS_ALLOCATIONS
TEST_CASE("fit: allocates nothing after the first step") {
  devices::Host host;
  testing::SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<float>(host, graph, 1, 0);
  optimizers::SgdMomentum const optimizer{};
  Trainer<kernels::Reference, precision::Fp32, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer(host, graph, batch_plan(32, 8, 1), optimizer, {}, state);
  std::vector<Sample> samples(256);
  std::iota(samples.begin(), samples.end(), Sample{0});

  long after_first = -1, after_last = -1;
  fit(trainer, images, samples, {.seed = 1, .job = 0, .epochs = 3, .batch = 32}, optimizer,
      [&](FitProgress const&) {
        if (after_first < 0) after_first = allocations;
        after_last = allocations;
      });

  CHECK(after_first > 0);  // the counter works: preparing has allocated
  CHECK(after_last == after_first);
}

TEST_CASE("SharedMemoryReduction: allocates nothing after the first step") {
  using Reduction = collectives::SharedMemoryReduction<float>;
  devices::Host host;
  Reduction reduction(host, collectives::SharedMemory::create(Reduction::bytes(1000)), 0, 1, 1000);
  auto step = [&] {
    for (Count part = 0; part < 10; ++part) {
      reduction.start(reduction.memory().part(100 * part, 100));
      reduction.progress();
    }
    reduction.finish();
  };
  step();
  long const after_first = allocations;
  for (int i = 0; i < 5; ++i) step();

  CHECK(allocations == after_first);
}
#else
TEST_CASE(
    "fit: allocates nothing after the first step (SKIPPED: the sanitizer has its own malloc)") {
  MESSAGE("SKIPPED: allocations are not counted under the address sanitizer");
}
#endif
