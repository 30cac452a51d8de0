// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/devices/host.hpp>

// libgomp's functions, called by name: its pool of threads then serves g++, clang (which would
// ignore OpenMP pragmas without a library of its own) and oneDNN alike.
extern "C" {
void GOMP_parallel(void (*work)(void*), void* data, unsigned threads, unsigned flags);
int omp_get_thread_num();
void omp_set_num_threads(int threads);
}

namespace ai500::devices {

/// A team of `threads` threads of libgomp's pool, which also becomes what oneDNN uses in this
/// process. A program that uses it links libgomp.
inline ThreadTeam openmp_team(int threads) {
  omp_set_num_threads(threads);
  auto run = [](void (*work)(void*, int), void* data, int count) {
    struct Call {
      void (*work)(void*, int);
      void* data;
    } call{work, data};
    auto one = [](void* shared) {
      Call const& c = *static_cast<Call const*>(shared);
      c.work(c.data, omp_get_thread_num());
    };
    GOMP_parallel(one, &call, static_cast<unsigned>(count), 0);
  };
  return {threads, run};
}

}  // namespace ai500::devices
