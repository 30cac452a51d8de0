// SPDX-License-Identifier: Apache-2.0
/// @file What tells device code from host code: the only place where ai500 asks which compiler
/// reads it.
#pragma once

#include <chrono>
#include <cstdint>

/// Before a function that host and device can both call: nvcc compiles it for both, other compilers
/// for the host. A constexpr function needs it not: device code is compiled with
/// --expt-relaxed-constexpr.
#if defined(__CUDACC__)
#define AI500_HOST_DEVICE __host__ __device__
#else
#define AI500_HOST_DEVICE
#endif

/// Before a loop of few rounds over an array that is to be in a GPU's registers: these have no
/// index.
#if defined(__CUDACC__)
#define AI500_UNROLL _Pragma("unroll")
#else
#define AI500_UNROLL
#endif

/// Before a loop whose one round needs all of a GPU's registers.
#if defined(__CUDACC__)
#define AI500_NO_UNROLL _Pragma("unroll 1")
#else
#define AI500_NO_UNROLL
#endif

/// Compute capability that the code is compiled for, times 100: 900 for an H100; 0 on the host.
#if defined(__CUDA_ARCH__)
#define AI500_DEVICE_ARCHITECTURE __CUDA_ARCH__
#else
#define AI500_DEVICE_ARCHITECTURE 0
#endif

namespace ai500 {

/// *to = value, where several threads may store the same value at the same time.
template <class T>
AI500_HOST_DEVICE inline void store_by_many(T* to, T value) {
#if AI500_DEVICE_ARCHITECTURE > 0
  *to = value;
#else
  __atomic_store(to, &value, __ATOMIC_RELAXED);
#endif
}

/// *to = value, in memory that another processor reads meanwhile.
template <class T>
AI500_HOST_DEVICE inline void publish(T* to, T value) {
#if AI500_DEVICE_ARCHITECTURE > 0
  *static_cast<T volatile*>(to) = value;
#else
  __atomic_store(to, &value, __ATOMIC_RELEASE);
#endif
}

/// A clock in nanoseconds that never jumps: the host's, or the GPU's, which is one for all of its
/// multiprocessors and ticks once a microsecond or more often, since Volta.
AI500_HOST_DEVICE inline std::uint64_t nanoseconds_now() {
#if AI500_DEVICE_ARCHITECTURE > 0
  std::uint64_t now;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
#else
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
#endif
}

}  // namespace ai500
