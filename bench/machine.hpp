// SPDX-License-Identifier: Apache-2.0
/// @file What a machine can do at most, measured: multiply-adds in FP32 and BF16, bytes from memory
/// and from caches. Rates of kernels are fractions of these.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <map>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include <ai500/core/half.hpp>
#include <ai500/devices/cores.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/devices/openmp_team.hpp>

namespace bench {

using ai500::Count;
using ai500::devices::Host;

/// A host whose work is shared among so many threads.
inline Host host_of(int threads) { return Host(ai500::devices::openmp_team(threads)); }

/// 1 and all threads that this process has cores for.
inline std::vector<int> thread_counts() {
  int const all = ai500::available_cores().count;
  return all > 1 ? std::vector<int>{1, all} : std::vector<int>{1};
}

/// The best rate of several runs of `work`, which does `amount` of something: what disturbs a
/// machine only makes it slower.
template <class Work>
double best_rate(double amount, Work const& work) {
  using Clock = std::chrono::steady_clock;
  work();  // pages are there, the clock is up
  double best = 0;
  for (int run = 0; run < 7; ++run) {
    auto const start = Clock::now();
    work();
    best = std::max(best, amount / std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

// Registers of floats, 128, 256 and 512 bits. (g++ takes no size that depends on a template.)
struct Register16 {
  typedef float Vector __attribute__((vector_size(16)));
};
struct Register32 {
  typedef float Vector __attribute__((vector_size(32)));
};
struct Register64 {
  typedef float Vector __attribute__((vector_size(64)));
};

/// `rounds` multiply-adds on each of `chains` registers that do not depend on each other: enough
/// that each unit can begin one in each cycle (a multiply-add takes four, a core has two units),
/// few enough for the processor to have them all.
template <class Register, int chains>
struct MultiplyAdds {
  using Vector = typename Register::Vector;
  static constexpr double flops_a_round =
      2.0 * chains * static_cast<double>(sizeof(Vector) / sizeof(float));
  Count rounds;
  float* result;  // one number, so that nothing is left out

  [[gnu::always_inline]] void operator()() const {
    Vector values[chains];
    for (int chain = 0; chain < chains; ++chain)
      values[chain] = Vector{} + static_cast<float>(chain);
    // From the memory, or the compiler would compute with what it knows.
    Vector const factor = Vector{} + result[0];
    Vector const summand = Vector{} + result[1];
    for (Count round = 0; round < rounds; ++round)
      for (int chain = 0; chain < chains; ++chain) values[chain] = values[chain] * factor + summand;
    Vector sum{};
    for (int chain = 0; chain < chains; ++chain) sum += values[chain];
    result[2] = sum[0] + sum[1];
  }
};

template <class Work>
double multiply_add_rate(Host const& host) {
  constexpr Count rounds = 1 << 21;  // some tens of milliseconds
  struct alignas(128) Place {
    float numbers[3]{0.999f, 0.001f, 0};  // stays near 1: no denormal numbers, no infinite ones
  };
  std::vector<Place> places(static_cast<std::size_t>(host.threads()));
  auto all_threads = [&] {
    host.parallel(host.threads(), [&](Count thread) {
      host.vectorized(Work{rounds, places[static_cast<std::size_t>(thread)].numbers});
    });
  };
  return best_rate(Work::flops_a_round * rounds * host.threads(), all_threads);
}

/// The peak of FP32 multiply-adds, two FLOPs each, of all threads of a host together: FLOP/s.
inline double peak_flops(Host const& host) {
  using ai500::devices::InstructionSet;
  if (host.instructions() == InstructionSet::avx512)
    return multiply_add_rate<MultiplyAdds<Register64, 16>>(host);
  if (host.instructions() == InstructionSet::avx2)
    return multiply_add_rate<MultiplyAdds<Register32, 12>>(host);
  return multiply_add_rate<MultiplyAdds<Register16, 12>>(host);
}

#if defined(__x86_64__)
/// `rounds` VDPBF16PS on each of 16 registers: sums of 32 products of BF16 numbers each.
__attribute__((target("avx512f,avx512bf16"))) inline void bfloat16_products(Count rounds,
                                                                            float* result) {
  constexpr int chains = 16;
  __m512 sums[chains];
  for (int chain = 0; chain < chains; ++chain)
    sums[chain] = _mm512_set1_ps(static_cast<float>(chain));
  __m512bh const ones = _mm512_cvtne2ps_pbh(_mm512_set1_ps(result[0]), _mm512_set1_ps(result[0]));
  __m512bh const small = _mm512_cvtne2ps_pbh(_mm512_set1_ps(result[1]), _mm512_set1_ps(result[1]));
  for (Count round = 0; round < rounds; ++round)
    for (int chain = 0; chain < chains; ++chain)
      sums[chain] = _mm512_dpbf16_ps(sums[chain], ones, small);
  for (int chain = 1; chain < chains; ++chain) sums[0] = _mm512_add_ps(sums[0], sums[chain]);
  result[2] = _mm512_cvtss_f32(sums[0]);
}
#endif

/// Whether the processor multiplies BF16 numbers and sums in FP32 (VDPBF16PS).
inline bool has_bfloat16_products() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

/// The peak of products of BF16 numbers that are summed in FP32 (VDPBF16PS), two FLOPs each, of all
/// threads of a host together: FLOP/s; 0 where the processor has no such instruction.
inline double peak_bfloat16_flops([[maybe_unused]] Host const& host) {
#if defined(__x86_64__)
  if (has_bfloat16_products()) {
    constexpr Count rounds = 1 << 21;
    struct alignas(128) Place {
      float numbers[3]{1, 0.001f, 0};
    };
    std::vector<Place> places(static_cast<std::size_t>(host.threads()));
    return best_rate(2.0 * 32 * 16 * rounds * host.threads(), [&] {
      host.parallel(host.threads(), [&](Count thread) {
        bfloat16_products(rounds, places[static_cast<std::size_t>(thread)].numbers);
      });
    });
  }
#endif
  return 0;
}

/// The peak of products of numbers of type T, summed in FP32. Without instructions for BF16 that of
/// FP32.
template <class T>
double peak_flops_of(Host const& host) {
  double const bfloat16 = std::is_same_v<T, ai500::bfloat16> ? peak_bfloat16_flops(host) : 0;
  return bfloat16 > 0 ? bfloat16 : peak_flops(host);
}

/// The bytes of the first core's cache of level 2 or 3; 0 where the system does not say.
inline Count cache_bytes(int level) {
  Count kibibytes = 0;
  std::ifstream("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(level) + "/size") >>
      kibibytes;  // "1024K"
  return kibibytes << 10;
}

/// The bytes of all last-level caches of this host together; 0 where the system does not say.
inline Count last_level_caches() {
  std::map<std::string, Count> caches;  // by the cores that share one
  for (int core = 0; core < ai500::host_cores(); ++core) {
    std::string const cache =
        "/sys/devices/system/cpu/cpu" + std::to_string(core) + "/cache/index3/";
    std::string cores;
    Count kibibytes = 0;
    std::ifstream(cache + "shared_cpu_list") >> cores;
    std::ifstream(cache + "size") >> kibibytes;  // "32768K"
    caches[cores] = kibibytes << 10;
  }
  Count bytes = 0;
  for (auto const& [cores, size] : caches) bytes += size;
  return bytes;
}

/// Floats in memory that is too large for the caches: four times all of the last level, at least
/// 256 MiB. Each thread touches its own part first, so that it lies near to it.
class LargeArray {
 public:
  explicit LargeArray(Host const& host)
      : size_(elements()),
        data_(static_cast<float*>(::operator new (static_cast<std::size_t>(size_) * sizeof(float),
                                                  std::align_val_t{Host::alignment}))) {
    host.for_each(size_, [data = data_](Count i) { data[i] = 1; });
  }
  LargeArray(LargeArray const&) = delete;
  LargeArray& operator=(LargeArray const&) = delete;
  ~LargeArray() { ::operator delete (data_, std::align_val_t{Host::alignment}); }

  float* data() const { return data_; }
  Count size() const { return size_; }
  double bytes() const { return static_cast<double>(size_) * sizeof(float); }

 private:
  static Count elements() {
    return std::max(Count{256} << 20, 4 * last_level_caches()) / static_cast<Count>(sizeof(float));
  }

  Count size_;
  float* data_;
};

/// Bytes a second that are read and written where they were, as an update of parameters does.
inline double in_place_bandwidth(Host const& host) {
  LargeArray const array(host);
  return best_rate(2 * array.bytes(), [&] {
    host.for_each(array.size(), [data = array.data()](Count i) { data[i] = data[i] * 0.999f; });
  });
}

/// Bytes a second that are read in one place and written in another, by memcpy; what a cache reads
/// of lines that are then written over does not count.
inline double copy_bandwidth(Host const& host) {
  LargeArray const from(host);
  LargeArray const to(host);
  Count const parts = host.threads();
  return best_rate(2 * from.bytes(), [&] {
    host.parallel(parts, [&](Count part) {
      Count const begin = from.size() * part / parts;
      Count const end = from.size() * (part + 1) / parts;
      std::memcpy(to.data() + begin, from.data() + begin,
                  static_cast<std::size_t>(end - begin) * sizeof(float));
    });
  });
}

/// Floats that are read and written in place, again and again.
struct PassesInPlace {
  float* data;
  Count size;
  Count passes;

  [[gnu::always_inline]] void operator()() const {
    for (Count pass = 0; pass < passes; ++pass) {
      for (Count i = 0; i < size; ++i) data[i] = data[i] * 0.999f;
      asm volatile("" : : "r"(data) : "memory");  // the passes stay apart
    }
  }
};

/// Bytes a second that all threads together read and write in place in their caches of level 2,
/// each in half of its own, or in half of the cache of level 3 that they share. 0 where the system
/// does not say how large it is.
inline double cache_bandwidth(Host const& host, int level) {
  Count const floats = cache_bytes(level) / 2 / static_cast<Count>(sizeof(float));
  Count const a_thread = level == 2 ? floats : floats / host.threads();
  if (a_thread == 0) return 0;
  std::vector<float> data(static_cast<std::size_t>(a_thread * host.threads()), 1.0f);
  Count const passes = std::max<Count>(1, (Count{256} << 20) / 8 / a_thread);
  return best_rate(8.0 * static_cast<double>(a_thread * passes * host.threads()), [&] {
    host.parallel(host.threads(), [&](Count thread) {
      host.vectorized(PassesInPlace{data.data() + thread * a_thread, a_thread, passes});
    });
  });
}

inline double level_2_bandwidth(Host const& host) { return cache_bandwidth(host, 2); }
inline double level_3_bandwidth(Host const& host) { return cache_bandwidth(host, 3); }

}  // namespace bench
