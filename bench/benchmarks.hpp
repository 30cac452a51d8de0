// SPDX-License-Identifier: Apache-2.0
/// @file What the benchmarks share: a main without macros and globals, and rates.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

namespace bench {

using State = benchmark::State;

/// Adds a benchmark under a name; times are those of the wall clock, for kernels have threads.
inline void add(std::string const& name, std::function<void(State&)> work) {
  benchmark::RegisterBenchmark(name.c_str(), std::move(work))->UseRealTime();
}

/// A counter that grows by `amount` in each iteration, as a rate a second.
inline benchmark::Counter a_second(double amount) {
  return {amount, benchmark::Counter::kIsIterationInvariantRate};
}

/// A main: `add_all()` adds the benchmarks, behind Google Benchmark's own options.
/// @return the exit code
template <class AddAll>
int run(int argc, char** argv, AddAll&& add_all) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  add_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
