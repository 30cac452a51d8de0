// SPDX-License-Identifier: Apache-2.0
/// @file Counts the allocations of each thread of a program: defines malloc and its like, and the
/// functions of oneDNN that allocate inside. To be included by one source file of a program.
#pragma once

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

#include <cstdlib>

namespace ai500::testing {

/// A thread's allocations since it began.
struct Allocations {
  long ours = 0;
  long onednns = 0;  ///< inside oneDNN's calls
};

inline constinit thread_local Allocations allocations{};
inline constinit thread_local bool in_onednn = false;

inline void count_allocation() { ++(in_onednn ? allocations.onednns : allocations.ours); }

}  // namespace ai500::testing

#if defined(__SANITIZE_ADDRESS__)
#define AI500_COUNTS_ALLOCATIONS 0  // the sanitizer has its own malloc
#else
#define AI500_COUNTS_ALLOCATIONS 1

// Every allocation of this thread, whoever makes it: operator new ends here too.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  ai500::testing::count_allocation();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ai500::testing::count_allocation();
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  ai500::testing::count_allocation();
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  ai500::testing::count_allocation();
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ai500::testing::count_allocation();
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  ai500::testing::count_allocation();
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? 12 : 0;
}

// oneDNN's functions, called through here: a primitive puts its arguments into a hash table each
// time it is executed, a product of matrices takes memory to pack them.
dnnl_status_t dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream,
                                     int count, dnnl_exec_arg_t const* arguments) {
  using Function = decltype(&dnnl_primitive_execute);
  static auto const there = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "dnnl_primitive_execute"));
  ai500::testing::in_onednn = true;
  dnnl_status_t const status = there(primitive, stream, count, arguments);
  ai500::testing::in_onednn = false;
  return status;
}
dnnl_status_t dnnl_sgemm(char a_stored, char b_stored, dnnl_dim_t m, dnnl_dim_t n, dnnl_dim_t k,
                         float alpha, float const* a, dnnl_dim_t a_stride, float const* b,
                         dnnl_dim_t b_stride, float beta, float* c, dnnl_dim_t c_stride) {
  using Function = decltype(&dnnl_sgemm);
  static auto const there = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "dnnl_sgemm"));
  ai500::testing::in_onednn = true;
  dnnl_status_t const status =
      there(a_stored, b_stored, m, n, k, alpha, a, a_stride, b, b_stride, beta, c, c_stride);
  ai500::testing::in_onednn = false;
  return status;
}
}
#endif
