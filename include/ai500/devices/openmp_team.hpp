// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <ai500/core/error.hpp>
#include <ai500/devices/host.hpp>

// libgomp's functions, called by name: its pool of threads then serves g++, clang (which would
// ignore OpenMP pragmas without a library of its own) and oneDNN alike.
extern "C" {
void GOMP_parallel(void (*work)(void*), void* data, unsigned threads, unsigned flags);
int omp_get_num_threads();
int omp_get_thread_num();
void omp_set_dynamic(int dynamic);
void omp_set_num_threads(int threads);
}

namespace ai500::devices {

/// A team of `threads` threads of libgomp's pool, which also becomes what oneDNN uses in this
/// process, whatever OMP_NUM_THREADS and OMP_DYNAMIC say. A program that uses it links libgomp.
/// @throws UsageError when OpenMP gives fewer: kernels that count on the others would wait for ever
inline ThreadTeam openmp_team(int threads) {
  omp_set_dynamic(0);
  omp_set_num_threads(threads);
  int given = 0;
  auto count = [](void* data) {
    if (omp_get_thread_num() == 0) *static_cast<int*>(data) = omp_get_num_threads();
  };
  GOMP_parallel(count, &given, static_cast<unsigned>(threads), 0);
  if (given != threads)
    throw UsageError("--threads " + std::to_string(threads) + ": OpenMP gives this process only " +
                     std::to_string(given) + "; is OMP_THREAD_LIMIT set?");

  auto run = [](void (*work)(void*, int), void* data, int team) {
    struct Call {
      void (*work)(void*, int);
      void* data;
    } call{work, data};
    auto one = [](void* shared) {
      Call const& c = *static_cast<Call const*>(shared);
      c.work(c.data, omp_get_thread_num());
    };
    GOMP_parallel(one, &call, static_cast<unsigned>(team), 0);
  };
  return {threads, run};
}

}  // namespace ai500::devices
