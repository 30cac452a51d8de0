// SPDX-License-Identifier: Apache-2.0
/// @file Products of bfloat16, two at a time: two numbers stand in the place of a float, of
/// channels that follow each other or of two items, and AVX512_BF16 adds both of their products to
/// one in float.
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

#if AI500_HAS_PAIR_PRODUCTS

namespace detail {

using Halves [[gnu::vector_size(32), gnu::aligned(2), gnu::may_alias]] = std::uint16_t;

/// Each becomes a word's lower half.
[[gnu::always_inline]] inline void widen(Vectors<16>::Bits& words, void const* from) {
  words = __builtin_convertvector(*static_cast<Halves const*>(from), Vectors<16>::Bits);
}
[[gnu::always_inline]] inline void round(Halves& halves, Vectors<16>::Float const& value) {
  asm("vcvtneps2bf16 %1, %0" : "=v"(halves) : "v"(value));
}

}  // namespace detail

template <>
struct Stored<bfloat16> {
  using Float = Vectors<16>::Float;

  [[gnu::always_inline]] static void load(Float& value, bfloat16 const* from) {
    Vectors<16>::Bits words;
    detail::widen(words, from);
    value = reinterpret_cast<Float>(words << 16);
  }
  [[gnu::always_inline]] static void store(bfloat16* to, Float const& value) {
    detail::round(*reinterpret_cast<detail::Halves*>(to), value);
  }
};

/// Numbers of two items to pairs.
struct PairItems {
  bfloat16 const* one;
  bfloat16 const* other;  ///< null: zeros
  Count numbers;          ///< of an item, a multiple of 16
  float* to;

  [[gnu::always_inline]] void operator()() const {
    constexpr int lanes = 16;
    for (Count i = 0; i < numbers; i += lanes) {
      Vectors<lanes>::Bits low, high{};
      detail::widen(low, one + i);
      if (other != nullptr) detail::widen(high, other + i);
      Vectors<lanes>::store(to + i, low | high << 16);
    }
  }
};

/// Rows of floats to pairs: of the numbers of two rows that follow each other.
struct PairRows {
  float const* rows;
  Count pairs;
  Count row;  ///< numbers, a multiple of 16
  float* to;

  [[gnu::always_inline]] void operator()() const {
    constexpr int lanes = 16;
    for (Count pair = 0; pair < pairs; ++pair)
      for (Count i = 0; i < row; i += lanes) {
        Vectors<lanes>::Bits low, high;
        rounded(low, rows + 2 * pair * row + i);
        rounded(high, rows + (2 * pair + 1) * row + i);
        Vectors<lanes>::store(to + pair * row + i, low | high << 16);
      }
  }

 private:
  [[gnu::always_inline]] static void rounded(Vectors<16>::Bits& words, float const* from) {
    Vectors<16>::Float value;
    Vectors<16>::load(value, from);
    detail::Halves halves;
    detail::round(halves, value);
    words = __builtin_convertvector(halves, Vectors<16>::Bits);
  }
};

#endif

/// The sum of two products of bfloat16s.
struct PairProducts {
  using Number = bfloat16;
  static constexpr int together = 2;

#if AI500_HAS_PAIR_PRODUCTS
  using PairItems = blocked::PairItems;
  using PairRows = blocked::PairRows;

  template <class Float>
  [[gnu::always_inline]] static void add(Float& sum, Float const& vector, Float const& number) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(vector), "v"(number));
  }
#endif
};

}  // namespace ai500::kernels::blocked
