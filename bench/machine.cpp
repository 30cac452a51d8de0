// SPDX-License-Identifier: Apache-2.0
// What this machine can do at most: multiply-adds in FP32 and BF16, bytes from memory and caches, 1
// thread and all. 0 bytes/s: there is no such cache here, or the system does not tell.
#include <algorithm>
#include <cstdio>
#include <string>

#include "machine.hpp"

#include "benchmarks.hpp"

namespace {

/// A rate that is measured as a whole: one iteration, one counter.
void add_rate(std::string const& name, std::string const& unit,
              double (*measure)(bench::Host const&)) {
  for (int const threads : bench::thread_counts())
    bench::add(name + "/threads:" + std::to_string(threads), [=](bench::State& state) {
      bench::Host const host = bench::host_of(threads);
      double best = 0;
      for (auto _ : state) best = std::max(best, measure(host));
      state.counters[unit] = best;
    });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::run(argc, argv, [] {
    add_rate("peak_fp32_multiply_adds", "FLOP/s", bench::peak_flops);
    if (bench::has_bfloat16_products())
      add_rate("peak_bf16_multiply_adds", "FLOP/s", bench::peak_bfloat16_flops);
    else
      std::puts("peak_bf16_multiply_adds: this processor has no instruction for it");
    add_rate("level_2_in_place", "bytes/s", bench::level_2_bandwidth);
    add_rate("level_3_in_place", "bytes/s", bench::level_3_bandwidth);
    add_rate("memory_in_place", "bytes/s", bench::in_place_bandwidth);
    add_rate("memory_copy", "bytes/s", bench::copy_bandwidth);
  });
}
