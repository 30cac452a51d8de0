// SPDX-License-Identifier: Apache-2.0
/// @file The types of numbers, as values: what kernels are prepared for and reports print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ai500 {

enum class NumberType { float32, float64, int32 };

constexpr std::string_view name(NumberType type) {
  switch (type) {
    case NumberType::float32:
      return "float32";
    case NumberType::float64:
      return "float64";
    case NumberType::int32:
      return "int32";
  }
  return "unknown";
}

constexpr std::size_t size_in_bytes(NumberType type) { return type == NumberType::float64 ? 8 : 4; }

namespace detail {
template <class T>
struct NumberTypeOf;
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
