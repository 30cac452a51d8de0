// SPDX-License-Identifier: Apache-2.0
/// @file The 16-bit types of numbers: storage with conversions, on host and device. They have the
/// layout of CUDA's __half and __nv_bfloat16. Arithmetic on them is arithmetic in float.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <ai500/core/host_device.hpp>

namespace ai500 {

namespace detail {

// Masks instead of branches: compilers vectorize loops over these conversions, which g++ does not
// where floating point is computed under a condition.

inline constexpr std::uint32_t float_infinity = 0x7f800000;
inline constexpr std::uint32_t float_magnitude = 0x7fffffff;

constexpr std::uint32_t select(bool condition, std::uint32_t yes, std::uint32_t no) {
  std::uint32_t const mask = 0u - static_cast<std::uint32_t>(condition);
  return (yes & mask) | (no & ~mask);
}

constexpr float half_to_float(std::uint16_t bits) {
  std::uint32_t const magnitude = bits & 0x7fffu;
  std::uint32_t const sign = (bits & 0x8000u) << 16;
  // 2^-24 is the least positive half; the exponent's bias grows from 15 to 127.
  std::uint32_t const subnormal = std::bit_cast<std::uint32_t>(
      static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24f);
  std::uint32_t const normal = (magnitude << 13) + (112u << 23);
  std::uint32_t const special = (magnitude << 13) | float_infinity;
  std::uint32_t const finite = select(magnitude < 0x0400, subnormal, normal);
  return std::bit_cast<float>(sign | select(magnitude < 0x7c00, finite, special));
}

constexpr std::uint16_t float_to_half(float value) {
  std::uint32_t const bits = std::bit_cast<std::uint32_t>(value);
  std::uint32_t const magnitude = bits & float_magnitude;
  std::uint32_t const sign = (bits >> 16) & 0x8000u;
  // Below 2^-14 halves are multiples of 2^-24, as floats in [1/2, 1) are: the addition rounds.
  float const below = std::bit_cast<float>(select(magnitude < 0x38800000, magnitude, 0));
  std::uint32_t const subnormal =
      std::bit_cast<std::uint32_t>(below + 0.5f) - std::bit_cast<std::uint32_t>(0.5f);
  // To the nearest, to even in the middle; what rounds up past 65504 carries into infinity.
  std::uint32_t const normal = (magnitude + 0xfff + ((magnitude >> 13) & 1) - (112u << 23)) >> 13;
  std::uint32_t const quiet = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  std::uint32_t const finite = select(magnitude < 0x38800000, subnormal, normal);
  std::uint32_t const number = select(magnitude < 0x477ff000, finite, 0x7c00);
  return static_cast<std::uint16_t>(sign | select(magnitude > float_infinity, quiet, number));
}

constexpr float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

constexpr std::uint16_t float_to_bfloat16(float number) {
  std::uint32_t const bits = std::bit_cast<std::uint32_t>(number);
  std::uint32_t const rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  std::uint32_t const quiet = (bits >> 16) | 0x40u;
  return static_cast<std::uint16_t>(
      select((bits & float_magnitude) > float_infinity, quiet, rounded));
}

// A GPU converts in one instruction. Rounding is the same; what is not a number loses its payload.
#if AI500_DEVICE_ARCHITECTURE > 0
AI500_HOST_DEVICE inline float half_to_float_on_device(std::uint16_t bits) {
  float number;
  asm("cvt.f32.f16 %0, %1;" : "=f"(number) : "h"(bits));
  return number;
}
AI500_HOST_DEVICE inline std::uint16_t float_to_half_on_device(float number) {
  std::uint16_t bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(number));
  return bits;
}
#else
constexpr float half_to_float_on_device(std::uint16_t bits) { return half_to_float(bits); }
constexpr std::uint16_t float_to_half_on_device(float number) { return float_to_half(number); }
#endif
#if AI500_DEVICE_ARCHITECTURE >= 800
AI500_HOST_DEVICE inline std::uint16_t float_to_bfloat16_on_device(float number) {
  std::uint16_t bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(number));
  return bits;
}
#else
constexpr std::uint16_t float_to_bfloat16_on_device(float number) {
  return float_to_bfloat16(number);
}
#endif

}  // namespace detail

/// IEEE 754 binary16: 5 bits of exponent, 11 of significand; greatest 65504, least positive 2^-24.
/// Made of a float it is the nearest half, the even one of two; other numbers become a float first.
/// What is not a number stays so.
class half {
 public:
  half() = default;
  explicit constexpr half(float number)
      : bits_(std::is_constant_evaluated() ? detail::float_to_half(number)
                                           : detail::float_to_half_on_device(number)) {}
  template <class Number>
    requires std::is_arithmetic_v<Number>
  explicit constexpr half(Number number) : half(static_cast<float>(number)) {}

  constexpr operator float() const {
    return std::is_constant_evaluated() ? detail::half_to_float(bits_)
                                        : detail::half_to_float_on_device(bits_);
  }

  static constexpr half from_bits(std::uint16_t bits) {
    half number{};
    number.bits_ = bits;
    return number;
  }
  constexpr std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_;
};
static_assert(sizeof(half) == 2 && alignof(half) == 2 && std::is_trivial_v<half>);

/// The upper half of a float: 8 bits of exponent, 8 of significand. Made of a float it is the
/// nearest, the even one of two; other numbers become a float first. What is not a number stays so.
class bfloat16 {
 public:
  bfloat16() = default;
  explicit constexpr bfloat16(float number)
      : bits_(std::is_constant_evaluated() ? detail::float_to_bfloat16(number)
                                           : detail::float_to_bfloat16_on_device(number)) {}
  template <class Number>
    requires std::is_arithmetic_v<Number>
  explicit constexpr bfloat16(Number number) : bfloat16(static_cast<float>(number)) {}

  constexpr operator float() const { return detail::bfloat16_to_float(bits_); }

  static constexpr bfloat16 from_bits(std::uint16_t bits) {
    bfloat16 number{};
    number.bits_ = bits;
    return number;
  }
  constexpr std::uint16_t bits() const { return bits_; }

 private:
  std::uint16_t bits_;
};
static_assert(sizeof(bfloat16) == 2 && alignof(bfloat16) == 2 && std::is_trivial_v<bfloat16>);

/// T is stored in 16 bits and computed in float.
template <class T>
concept SixteenBitNumber = std::same_as<T, half> || std::same_as<T, bfloat16>;

/// The type that numbers stored as T are computed in.
template <class T>
using Computed = std::conditional_t<SixteenBitNumber<T>, float, T>;

}  // namespace ai500
