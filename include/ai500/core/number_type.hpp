// SPDX-License-Identifier: Apache-2.0
/// @file The types of numbers, as values: what kernels are prepared for and reports print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <ai500/core/half.hpp>

namespace ai500 {

enum class NumberType { float16, bfloat16, float32, float64, int32 };

constexpr std::string_view name(NumberType type) {
  switch (type) {
    case NumberType::float16:
      return "float16";
    case NumberType::bfloat16:
      return "bfloat16";
    case NumberType::float32:
      return "float32";
    case NumberType::float64:
      return "float64";
    case NumberType::int32:
      return "int32";
  }
  return "unknown";
}

constexpr std::size_t size_in_bytes(NumberType type) {
  switch (type) {
    case NumberType::float16:
    case NumberType::bfloat16:
      return 2;
    case NumberType::float64:
      return 8;
    case NumberType::float32:
    case NumberType::int32:
      break;
  }
  return 4;
}

/// How products of FP32 numbers are computed.
enum class Math {
  exact,           ///< as FP32
  tensor_float32,  ///< operands may be rounded to TF32's 10 bits of mantissa; sums are FP32
};

constexpr std::string_view name(Math math) {
  return math == Math::tensor_float32 ? "tensor float32" : "exact";
}

namespace detail {
template <class T>
struct NumberTypeOf;
template <>
struct NumberTypeOf<half> {
  static constexpr NumberType value = NumberType::float16;
};
template <>
struct NumberTypeOf<bfloat16> {
  static constexpr NumberType value = NumberType::bfloat16;
};
template <>
struct NumberTypeOf<float> {
  static constexpr NumberType value = NumberType::float32;
};
template <>
struct NumberTypeOf<double> {
  static constexpr NumberType value = NumberType::float64;
};
template <>
struct NumberTypeOf<std::int32_t> {
  static constexpr NumberType value = NumberType::int32;
};
}  // namespace detail

/// The NumberType of a C++ type.
template <class T>
inline constexpr NumberType number_type = detail::NumberTypeOf<T>::value;

}  // namespace ai500
