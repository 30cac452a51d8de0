// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

#include <cstdlib>
#include <numeric>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/collectives/shared_memory_reduction.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/bf16_mixed.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "../kernels/runs_here.hpp"
#include "small_model.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define AI500_COUNTS_ALLOCATIONS 0  // the sanitizer has its own malloc
#else
#define AI500_COUNTS_ALLOCATIONS 1

namespace {
thread_local long allocations = 0;        // ours
thread_local long allocations_there = 0;  // of oneDNN, inside its calls
thread_local bool in_onednn = false;

void count_allocation() { ++(in_onednn ? allocations_there : allocations); }
}  // namespace

// Every allocation of this thread, whoever makes it: operator new ends here too.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  count_allocation();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  count_allocation();
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  count_allocation();
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  count_allocation();
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count_allocation();
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  count_allocation();
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? 12 : 0;
}

// oneDNN's functions, called through here: a primitive puts its arguments into a hash table each
// time it is executed, a product of matrices takes memory to pack them.
dnnl_status_t dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream,
                                     int count, dnnl_exec_arg_t const* arguments) {
  using Function = decltype(&dnnl_primitive_execute);
  static auto const there = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "dnnl_primitive_execute"));
  in_onednn = true;
  dnnl_status_t const status = there(primitive, stream, count, arguments);
  in_onednn = false;
  return status;
}
dnnl_status_t dnnl_sgemm(char a_stored, char b_stored, dnnl_dim_t m, dnnl_dim_t n, dnnl_dim_t k,
                         float alpha, float const* a, dnnl_dim_t a_stride, float const* b,
                         dnnl_dim_t b_stride, float beta, float* c, dnnl_dim_t c_stride) {
  using Function = decltype(&dnnl_sgemm);
  static auto const there = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "dnnl_sgemm"));
  in_onednn = true;
  dnnl_status_t const status =
      there(a_stored, b_stored, m, n, k, alpha, a, a_stride, b, b_stride, beta, c, c_stride);
  in_onednn = false;
  return status;
}
}
#endif

using namespace ai500;

#if AI500_COUNTS_ALLOCATIONS
namespace {

/// Allocations since the program began.
struct Counted {
  long ours = 0;
  long there = 0;
};

/// Trains three epochs of eight steps. @return what was counted after each step
template <class Kernels, class Precision>
std::vector<Counted> allocations_of_training(int threads) {
  typename Kernels::Device device = Kernels::Traits::make_device({.threads = threads});
  testing::SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<float>(device, graph, 1, 0);
  optimizers::SgdMomentum const optimizer{};
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer(device, graph, batch_plan(32, 8, 1), optimizer, {}, state);
  std::vector<Sample> samples(256);
  std::iota(samples.begin(), samples.end(), Sample{0});

  std::vector<Counted> counted;
  counted.reserve(24);
  fit(trainer, images, samples, {.seed = 1, .job = 0, .epochs = 3, .batch = 32}, optimizer,
      [&](FitProgress const&) {
        counted.push_back({allocations, allocations_there});
      });
  return counted;
}

}  // namespace

TEST_CASE("fit: allocates nothing after the first step") {
  auto const counted = allocations_of_training<kernels::Reference, precision::Fp32>(1);

  REQUIRE(counted.size() == 24);
  CHECK(counted.front().ours > 0);  // the counter works: preparing has allocated
  CHECK(counted.back().ours == counted.front().ours);
}

TEST_CASE_TEMPLATE("fit: on oneDNN allocates nothing but what oneDNN does inside its calls",
                   Precision, precision::Fp32, precision::Bf16Mixed) {
  if (testing::skipped<typename Precision::compute>()) return;
  for (int threads : {1, 2}) {
    auto const counted = allocations_of_training<kernels::OneDnn, Precision>(threads);

    CHECK(counted.back().ours == counted.front().ours);
    // Theirs are the same few each step: nothing piles up.
    long const a_step = counted[2].there - counted[1].there;
    CHECK(a_step > 0);
    CHECK(counted[23].there - counted[22].there == a_step);
    MESSAGE("oneDNN's allocations a step: ", a_step);
  }
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
