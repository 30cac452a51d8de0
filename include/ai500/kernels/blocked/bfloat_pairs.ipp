// SPDX-License-Identifier: Apache-2.0
/// @file Products of bfloat16, two at a time: numbers of two items stand in the place of a float,
/// and AVX512_BF16 adds both of their products to one in float.
#pragma once

#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/types.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/blocked/vectors.ipp>

namespace ai500::kernels::blocked {

/// Whether the code below is compiled: clang takes an instruction of AVX-512 in functions only that
/// are declared for it, and the loop around it is for all instruction sets.
#if defined(__x86_64__) && !defined(__clang__)
#define AI500_HAS_PAIR_PRODUCTS 1
#else
#define AI500_HAS_PAIR_PRODUCTS 0
#endif
inline constexpr bool pair_products_are_compiled = AI500_HAS_PAIR_PRODUCTS == 1;

/// Whether pairs are multiplied here: where they are compiled, by processors with AVX512_BF16.
inline bool has_pair_products() {
#if AI500_HAS_PAIR_PRODUCTS
  return devices::instruction_set() == devices::InstructionSet::avx512 &&
         __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

/// The sum of two products of bfloat16s.
struct PairProducts {
  using Number = bfloat16;
  static constexpr int items = 2;

#if AI500_HAS_PAIR_PRODUCTS
  template <class Float>
  [[gnu::always_inline]] static void add(Float& sum, Float const& vector, Float const& number) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(vector), "v"(number));
  }
#endif
};

/// Numbers of two items to pairs.
struct PackPairs {
  bfloat16 const* one;
  bfloat16 const* other;  ///< null: zeros
  Count numbers;          ///< of an item, a multiple of 16
  float* to;

  [[gnu::always_inline]] void operator()() const {
    constexpr int lanes = 16;
    for (Count i = 0; i < numbers; i += lanes) {
      Vectors<lanes>::Bits low, high{};
      widen(low, one + i);
      if (other != nullptr) widen(high, other + i);
      Vectors<lanes>::store(to + i, low | high << 16);
    }
  }

 private:
  using Halves [[gnu::vector_size(32), gnu::aligned(2), gnu::may_alias]] = std::uint16_t;

  [[gnu::always_inline]] static void widen(Vectors<16>::Bits& words, bfloat16 const* from) {
    words = __builtin_convertvector(*reinterpret_cast<Halves const*>(from), Vectors<16>::Bits);
  }
};

}  // namespace ai500::kernels::blocked
