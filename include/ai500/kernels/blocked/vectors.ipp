// SPDX-License-Identifier: Apache-2.0
/// @file Vector registers, for loops over channels that stand together.
#pragma once

#include <cstdint>
#include <utility>

namespace ai500::kernels::blocked {

/// A vector register (or several). Never an argument or a result by value: how those are passed
/// depends on the instruction set.
template <int lanes>
struct Vectors {
  using Float [[gnu::vector_size(lanes * 4)]] = float;
  using Bits [[gnu::vector_size(lanes * 4)]] = std::uint32_t;

  // From numbers of any type, and to them. memcpy would do, but for 32 bytes: g++ 12 copies their
  // halves through the stack, for which a processor waits longer than for memory.
  [[gnu::always_inline]] static void load(Float& value, void const* from) {
    value = *static_cast<FloatAmongNumbers const*>(from);
  }
  [[gnu::always_inline]] static void load(Bits& value, void const* from) {
    value = *static_cast<BitsAmongNumbers const*>(from);
  }
  [[gnu::always_inline]] static void store(void* to, Float const& value) {
    *static_cast<FloatAmongNumbers*>(to) = value;
  }
  [[gnu::always_inline]] static void store(void* to, Bits const& value) {
    *static_cast<BitsAmongNumbers*>(to) = value;
  }

 private:
  using FloatAmongNumbers [[gnu::vector_size(lanes * 4), gnu::aligned(2), gnu::may_alias]] = float;
  using BitsAmongNumbers [[gnu::vector_size(lanes * 4), gnu::aligned(2), gnu::may_alias]] =
      std::uint32_t;
};

/// All lanes' numbers or-ed, which is what each lane holds then.
template <class Bits, int... i>
[[gnu::always_inline]] inline std::uint32_t any_of_lanes(Bits& bits,
                                                         std::integer_sequence<int, i...>) {
  constexpr int lanes = sizeof...(i);
  bits |= __builtin_shufflevector(bits, bits, (i ^ (lanes / 2))...);
  if constexpr (lanes >= 4) bits |= __builtin_shufflevector(bits, bits, (i ^ (lanes / 4))...);
  if constexpr (lanes >= 8) bits |= __builtin_shufflevector(bits, bits, (i ^ (lanes / 8))...);
  if constexpr (lanes >= 16) bits |= __builtin_shufflevector(bits, bits, (i ^ (lanes / 16))...);
  return bits[0];
}

/// Vectors of floats from numbers of a type, and to them.
template <class Number>
struct Stored;

template <>
struct Stored<float> {
  template <class Float>
  [[gnu::always_inline]] static void load(Float& value, float const* from) {
    Vectors<sizeof(Float) / sizeof(float)>::load(value, from);
  }
  template <class Float>
  [[gnu::always_inline]] static void store(float* to, Float const& value) {
    Vectors<sizeof(Float) / sizeof(float)>::store(to, value);
  }
};

/// The same address, from which a compiler computes others again: kept, they would be more than
/// there are registers.
template <class Number>
[[gnu::always_inline]] inline Number* recomputed(Number* address) {
  asm("" : "+r"(address));
  return address;
}

}  // namespace ai500::kernels::blocked
