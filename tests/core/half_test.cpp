// SPDX-License-Identifier: Apache-2.0
#include <ai500/core/half.hpp>
//
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <ai500/core/number_type.hpp>

namespace ai500::testing {
namespace {

/// What IEEE 754 says of a binary format: the slow way, in double, by its definition.
struct Format {
  int exponent_bits;
  int fraction_bits;

  std::uint32_t infinity() const { return ((1u << exponent_bits) - 1) << fraction_bits; }

  /// The value of a number's bits without the sign; not for infinity and what is no number.
  double value(std::uint32_t magnitude) const {
    int const bias = (1 << (exponent_bits - 1)) - 1;
    int const exponent = static_cast<int>(magnitude >> fraction_bits);
    double const fraction =
        std::ldexp(static_cast<double>(magnitude & ((1u << fraction_bits) - 1)), -fraction_bits);
    return exponent == 0 ? std::ldexp(fraction, 1 - bias)
                         : std::ldexp(1 + fraction, exponent - bias);
  }

  /// The bits of the nearest number: by bisection, the even one of two. What the next number after
  /// the greatest would be stands for infinity.
  std::uint32_t nearest(float number) const {
    std::uint32_t const sign = std::signbit(number) ? 0x8000u : 0u;
    double const wanted = std::abs(static_cast<double>(number));
    if (std::isinf(number)) return sign | infinity();
    std::uint32_t below = 0, above = infinity();
    while (above - below > 1) {
      std::uint32_t const middle = (below + above) / 2;
      (value(middle) <= wanted ? below : above) = middle;
    }
    double const down = wanted - value(below), up = value(above) - wanted;
    if (up <= 0) return sign | above;
    if (down == up) return sign | (below % 2 == 0 ? below : above);
    return sign | (down < up ? below : above);
  }
};

template <class T>
constexpr Format format{};
template <>
constexpr Format format<half>{5, 10};
template <>
constexpr Format format<bfloat16>{8, 7};

template <class T>
bool is_nan(T number) {
  return (number.bits() & 0x7fffu) > format<T>.infinity();
}

/// Floats at which rounding decides: each number of the format, the middles between neighbours and
/// the floats beside both; then powers of two, subnormal floats, and random bits.
template <class F>
void for_each_interesting_float(Format const& of, F const& f) {
  auto with_neighbours = [&](float number) {
    for (float x : {number, std::nextafter(number, 0.0f),
                    std::nextafter(number, std::numeric_limits<float>::infinity())}) {
      f(x);
      f(-x);
    }
  };
  for (std::uint32_t bits = 0; bits < of.infinity(); ++bits) {
    with_neighbours(static_cast<float>(of.value(bits)));
    double const middle = (of.value(bits) + of.value(bits + 1)) / 2;
    if (middle <= std::numeric_limits<float>::max()) with_neighbours(static_cast<float>(middle));
  }
  for (int exponent = -149; exponent <= 127; ++exponent)
    with_neighbours(std::ldexp(1.0f, exponent));
  with_neighbours(std::numeric_limits<float>::max());
  f(std::numeric_limits<float>::infinity());
  f(-std::numeric_limits<float>::infinity());
  std::mt19937 random(7);
  for (int i = 0; i < 200000; ++i) {
    float const number = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isnan(number)) f(number);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("16-bit numbers: each of the 65,536 is its value as a float, and comes back", T,
                   half, bfloat16) {
  Format const of = format<T>;
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    T const number = T::from_bits(static_cast<std::uint16_t>(bits));
    float const wide = number;
    std::uint32_t const magnitude = bits & 0x7fff;
    if (is_nan(number)) {
      // The payload is kept; a signalling one becomes quiet.
      std::uint32_t const quiet = bits | 1u << (of.fraction_bits - 1);
      wrong += !std::isnan(wide) || T(wide).bits() != quiet;
      continue;
    }
    double const expected =
        magnitude == of.infinity() ? std::numeric_limits<double>::infinity() : of.value(magnitude);
    wrong += std::abs(static_cast<double>(wide)) != expected;
    wrong += std::signbit(wide) != (bits >= 0x8000);
    wrong += T(wide).bits() != bits;
  }
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("16-bit numbers: a float becomes the nearest, the even one of two", T, half,
                   bfloat16) {
  int wrong = 0, compared = 0;
  for_each_interesting_float(format<T>, [&](float number) {
    wrong += T(number).bits() != format<T>.nearest(number);
    ++compared;
  });
  CHECK(wrong == 0);
  CHECK(compared > 500000);
}

TEST_CASE_TEMPLATE("16-bit numbers: what is not a number stays so, with its sign", T, half,
                   bfloat16) {
  std::mt19937 random(3);
  for (int i = 0; i < 10000; ++i) {
    std::uint32_t const payload = static_cast<std::uint32_t>(random() % 0x7fffff) + 1;
    CHECK(is_nan(T(std::bit_cast<float>(0x7f800000u | payload))));
    CHECK(is_nan(T(std::bit_cast<float>(0xff800000u | payload))));
    CHECK(T(std::bit_cast<float>(0xff800000u | payload)).bits() >= 0x8000);
  }
}

TEST_CASE("half: numbers anybody can check") {
  CHECK(half(1.0f).bits() == 0x3c00);
  CHECK(half(-2.0f).bits() == 0xc000);
  CHECK(half(65504.0f).bits() == 0x7bff);
  CHECK(half(65519.996f).bits() == 0x7bff);
  CHECK(half(65520.0f).bits() == 0x7c00);  // the middle: infinity is the even one
  CHECK(half(0x1p-24f).bits() == 1);
  CHECK(half(0x1p-25f).bits() == 0);  // the middle: zero is the even one
  CHECK(half(0x1.000002p-25f).bits() == 1);
  CHECK(half(2049.0f).bits() == half(2048.0f).bits());  // 12 bits do not fit
  CHECK(half(2051.0f).bits() == half(2052.0f).bits());
  CHECK(half(3).bits() == half(3.0f).bits());
  CHECK(half(0.5).bits() == half(0.5f).bits());
  CHECK(half(-0.0f).bits() == 0x8000);
  CHECK(half(0.0f) == half(-0.0f));
}

TEST_CASE("bfloat16: numbers anybody can check") {
  CHECK(bfloat16(1.0f).bits() == 0x3f80);
  CHECK(bfloat16(257.0f).bits() == bfloat16(256.0f).bits());
  CHECK(bfloat16(259.0f).bits() == bfloat16(260.0f).bits());
  CHECK(bfloat16(std::numeric_limits<float>::max()).bits() == 0x7f80);
  CHECK(static_cast<float>(bfloat16(half(1.5f))) == 1.5f);
}

TEST_CASE("16-bit numbers: conversions are constant expressions, with the same result") {
  static_assert(half(0.1f).bits() == 0x2e66);
  static_assert(static_cast<float>(half::from_bits(0x0001)) == 0x1p-24f);
  static_assert(half(1e-7f).bits() == 0x0002);
  static_assert(bfloat16(0.1f).bits() == 0x3dcd);
  static_assert(half(1.5f) * half(2.0f) == 3.0f);  // in float

  volatile float tenth = 0.1f;
  CHECK(half(tenth).bits() == 0x2e66);
  CHECK(bfloat16(tenth).bits() == 0x3dcd);
}

TEST_CASE("16-bit numbers: are numbers that kernels can be prepared for") {
  CHECK(number_type<half> == NumberType::float16);
  CHECK(number_type<bfloat16> == NumberType::bfloat16);
  CHECK(name(NumberType::float16) == "float16");
  CHECK(name(NumberType::bfloat16) == "bfloat16");
  CHECK(size_in_bytes(NumberType::float16) == sizeof(half));
  CHECK(size_in_bytes(NumberType::bfloat16) == sizeof(bfloat16));
  CHECK(size_in_bytes(NumberType::float32) == 4);
  CHECK(size_in_bytes(NumberType::float64) == 8);
  CHECK(size_in_bytes(NumberType::int32) == 4);
}

// The compiler's own type, where it has one: g++ from 12 on; clang 14 only for some x86 processors.
#if defined(__FLT16_MANT_DIG__) && !defined(__clang__) && defined(__SSE2__)
TEST_CASE("half: agrees with the compiler's _Float16 bit for bit") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    half const number = half::from_bits(static_cast<std::uint16_t>(bits));
    float const theirs = static_cast<float>(std::bit_cast<_Float16>(number));
    float const ours = number;
    wrong += std::isnan(theirs)
                 ? !std::isnan(ours)
                 : std::bit_cast<std::uint32_t>(theirs) != std::bit_cast<std::uint32_t>(ours);
  }
  for_each_interesting_float(format<half>, [&](float number) {
    wrong += std::bit_cast<std::uint16_t>(static_cast<_Float16>(number)) != half(number).bits();
  });
  CHECK(wrong == 0);
}
#else
TEST_CASE("half: agrees with the compiler's _Float16 (SKIPPED: this compiler has none)") {
  MESSAGE("SKIPPED: the compiler has no _Float16");
}
#endif

}  // namespace ai500::testing
