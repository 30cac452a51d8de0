// SPDX-License-Identifier: Apache-2.0
/// @file The CPU: its memory, its instruction sets, and element-wise work on it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include <sys/mman.h>

#include <ai500/core/types.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/devices/policy.hpp>

namespace ai500::devices {

/// The instruction set that `for_each` uses here, found when the program runs: a consumer needs no
/// -march.
enum class InstructionSet { generic, avx2, avx512 };

constexpr std::string_view name(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return "AVX-512";
    case InstructionSet::avx2:
      return "AVX2";
    case InstructionSet::generic:
      break;
  }
  return "generic";
}

/// The largest set that a value of ONEDNN_MAX_CPU_ISA allows. oneDNN's variable is heeded by our
/// own loops, too: a run with "AVX2" is what a processor without AVX-512 computes, in all kernels.
/// @param value may be null: not set
constexpr InstructionSet allowed_instruction_set(char const* value) {
  std::string_view const limit = value == nullptr ? "" : value;
  if (limit.starts_with("AVX2")) return InstructionSet::avx2;
  if (limit == "SSE41" || limit == "AVX") return InstructionSet::generic;
  return InstructionSet::avx512;
}

/// The processor's, or what is allowed of it.
inline InstructionSet instruction_set() {
  InstructionSet here = InstructionSet::generic;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    here = InstructionSet::avx512;
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    here = InstructionSet::avx2;
#endif
  return std::min(here, allowed_instruction_set(std::getenv("ONEDNN_MAX_CPU_ISA")));
}

namespace detail {

// One clone of the loop an instruction set; the functor is inlined into it and vectorized for it.
template <class Functor>
void loop_generic(Count begin, Count end, Functor const& f) {
  for (Count i = begin; i < end; ++i) f(i);
}
#if defined(__x86_64__)
template <class Functor>
__attribute__((target("avx2,fma"))) void loop_avx2(Count begin, Count end, Functor const& f) {
  for (Count i = begin; i < end; ++i) f(i);
}
template <class Functor>
__attribute__((target("avx512f,avx512vl,fma"))) void loop_avx512(Count begin, Count end,
                                                                 Functor const& f) {
  for (Count i = begin; i < end; ++i) f(i);
}

template <class Work>
__attribute__((target("avx2,fma"))) void call_avx2(Work const& work) {
  work();
}
template <class Work>
__attribute__((target("avx512f,avx512vl,fma"))) void call_avx512(Work const& work) {
  work();
}
#endif

}  // namespace detail

/// How work is shared among threads: `run(work, data, threads)` calls work(data, 0) ... work(data,
/// threads - 1), each on a thread of its own, and returns when all are done.
struct ThreadTeam {
  int threads = 1;
  void (*run)(void (*work)(void*, int), void* data, int threads) = nullptr;
};

/// The CPU as a device. Work is done when a call returns: its queue is always empty.
class Host {
 public:
  static constexpr std::string_view name = "cpu";
  static constexpr bool reached_by_host = true;
  static constexpr std::size_t alignment =
      64;  ///< of every allocation: a cache line, an AVX-512 register
  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  Host() = default;
  /// A host whose kernels share their work among a team's threads.
  explicit Host(ThreadTeam team) : team_(team) {}

  int threads() const { return team_.threads; }

  /// Zeroed memory; large pieces in huge pages where the system grants them: fewer misses of the
  /// TLB, and 512 times fewer page faults. @throws std::bad_alloc
  void* allocate(std::size_t bytes) {
    std::size_t const page = bytes >= huge_page ? huge_page : alignment;
    std::size_t const rounded = (bytes + page - 1) / page * page;
    void* const memory = std::aligned_alloc(page, std::max(rounded, page));
    if (memory == nullptr) throw std::bad_alloc();
    if (page == huge_page) madvise(memory, rounded, MADV_HUGEPAGE);  // advice: it may fail
    std::memset(memory, 0, bytes);
    return memory;
  }
  void deallocate(void* memory) noexcept { std::free(memory); }

  /// Makes `scratch` of a level so many bytes at least. Kernels call it when they are prepared.
  /// @throws std::bad_alloc
  void reserve_scratch(std::size_t bytes, int level = 0) {
    Scratch& scratch = scratch_[static_cast<std::size_t>(level)];
    if (bytes <= scratch.bytes) return;
    scratch = {};
    scratch.memory.reset(allocate(bytes));
    scratch.bytes = bytes;
  }
  /// Memory that all kernels use by turns, each for what it needs within one run only: at level 0,
  /// or at level 1 where it runs another kernel meanwhile. Where it is changes when more is
  /// reserved.
  void* scratch(int level = 0) const {
    return scratch_[static_cast<std::size_t>(level)].memory.get();
  }

  /// Waits until all work given to the device is done.
  void synchronize() {}

  InstructionSet instructions() const { return instructions_; }

  /// f(0) ... f(tasks - 1), shared among the threads; each thread has consecutive tasks, the same
  /// ones every time.
  template <class Functor>
  void parallel(Count tasks, Functor const& f) const {
    if (team_.threads == 1 || tasks <= 1) {
      for (Count task = 0; task < tasks; ++task) f(task);
      return;
    }
    struct Shared {
      Count tasks;
      int threads;
      Functor const& f;
    } shared{tasks, team_.threads, f};
    auto work = [](void* data, int thread) {
      Shared const& all = *static_cast<Shared const*>(data);
      for (Count task = all.tasks * thread / all.threads;
           task < all.tasks * (thread + 1) / all.threads; ++task)
        all.f(task);
    };
    team_.run(work, &shared, team_.threads);
  }

  /// work(), compiled for this processor's instruction set: its operator() must be always_inline.
  template <class Work>
  void vectorized(Work const& work) const {
    if (instructions_ == InstructionSet::avx512) return with_avx512(work);
    if (instructions_ == InstructionSet::avx2) return with_avx2(work);
    work();
  }

  /// The same for work that is for AVX2 only, on processors that have it.
  template <class Work>
  void with_avx2(Work const& work) const {
#if defined(__x86_64__)
    detail::call_avx2(work);
#else
    work();
#endif
  }

  /// The same for work that only AVX-512 can do, on processors that have it.
  template <class Work>
  void with_avx512(Work const& work) const {
#if defined(__x86_64__)
    detail::call_avx512(work);
#else
    work();
#endif
  }

  /// f(0) ... f(n - 1), in any order, shared among the threads.
  template <class Functor>
  void for_each(Count n, Functor const& f) const {
    Count const piece = std::max(smallest_piece, (n + team_.threads - 1) / team_.threads);
    if (piece >= n) return loop(0, n, f);
    parallel((n + piece - 1) / piece,
             [&](Count task) { loop(task * piece, std::min(n, (task + 1) * piece), f); });
  }

  /// A functor's work for blocks 0 ... `blocks` - 1, in any order, shared among the threads.
  template <BlockFunctor Functor>
  void for_each_block(Count blocks, Functor const& f) const {
    parallel(blocks, [&](Count block) { run_block(f, block); });
  }

 private:
  struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
  };
  /// A copy of a device begins without.
  struct Scratch {
    std::unique_ptr<void, Free> memory;
    std::size_t bytes = 0;

    Scratch() = default;
    Scratch(Scratch const&) {}
    Scratch(Scratch&&) = default;
    Scratch& operator=(Scratch const&) { return *this = Scratch(); }
    Scratch& operator=(Scratch&&) = default;
  };

  // Fewer elements than this are not worth another thread.
  static constexpr Count smallest_piece = 16384;

  template <class Functor>
  void loop(Count begin, Count end, Functor const& f) const {
#if defined(__x86_64__)
    if (instructions_ == InstructionSet::avx512) return detail::loop_avx512(begin, end, f);
    if (instructions_ == InstructionSet::avx2) return detail::loop_avx2(begin, end, f);
#endif
    detail::loop_generic(begin, end, f);
  }

  ThreadTeam team_;
  InstructionSet instructions_ = instruction_set();
  std::array<Scratch, 2> scratch_;
};
static_assert(DevicePolicy<Host>);

}  // namespace ai500::devices
