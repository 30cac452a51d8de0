// SPDX-License-Identifier: Apache-2.0
/// @file The CPU: its memory, its instruction sets, and element-wise work on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>

#include <ai500/core/types.hpp>

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

inline InstructionSet instruction_set() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    return InstructionSet::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::avx2;
#endif
  return InstructionSet::generic;
}

namespace detail {

// One clone of the loop an instruction set; the functor is inlined into it and vectorized for it.
template <class Functor>
void loop_generic(Count n, Functor const& f) {
  for (Count i = 0; i < n; ++i) f(i);
}
#if defined(__x86_64__)
template <class Functor>
__attribute__((target("avx2,fma"))) void loop_avx2(Count n, Functor const& f) {
  for (Count i = 0; i < n; ++i) f(i);
}
template <class Functor>
__attribute__((target("avx512f,avx512vl,fma"))) void loop_avx512(Count n, Functor const& f) {
  for (Count i = 0; i < n; ++i) f(i);
}
#endif

}  // namespace detail

/// The CPU as a device. Work is done when a call returns: its queue is always empty.
class Host {
 public:
  static constexpr std::string_view name = "cpu";
  static constexpr std::size_t alignment =
      64;  ///< of every allocation: a cache line, an AVX-512 register

  /// Zeroed memory. @throws std::bad_alloc
  void* allocate(std::size_t bytes) {
    void* memory = ::operator new (bytes, std::align_val_t{alignment});
    std::memset(memory, 0, bytes);
    return memory;
  }
  void deallocate(void* memory) noexcept {
    ::operator delete (memory, std::align_val_t{alignment});
  }

  /// Waits until all work given to the device is done.
  void synchronize() {}

  InstructionSet instructions() const { return instructions_; }

  /// f(0) ... f(n - 1), in any order.
  template <class Functor>
  void for_each(Count n, Functor const& f) const {
#if defined(__x86_64__)
    if (instructions_ == InstructionSet::avx512) return detail::loop_avx512(n, f);
    if (instructions_ == InstructionSet::avx2) return detail::loop_avx2(n, f);
#endif
    detail::loop_generic(n, f);
  }

 private:
  InstructionSet instructions_ = instruction_set();
};

}  // namespace ai500::devices
