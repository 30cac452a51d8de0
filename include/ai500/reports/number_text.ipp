// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>

#include <ai500/core/types.hpp>
#include <ai500/reports/number_text.hpp>

namespace ai500::reports {

std::string shortest(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 32> digits{};  // the longest is "-2.2250738585072014e-308"
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  std::string text(400, '\0');  // the largest double has 309 digits before the point
  char* const end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits)
          .ptr;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

std::string grouped(Count value) {
  std::string text = std::to_string(value);
  std::size_t const sign = value < 0 ? 1 : 0;
  for (std::size_t place = text.size(); place > sign + 3;) {
    place -= 3;
    text.insert(place, 1, ',');
  }
  return text;
}

std::string flops_text(double flops) {
  if (!std::isfinite(flops)) return "-";
  struct Unit {
    double size;
    char const* name;
  };
  constexpr std::array<Unit, 4> units{
      {{1e18, " EFLOPS"}, {1e15, " PFLOPS"}, {1e12, " TFLOPS"}, {1e9, " GFLOPS"}}};
  for (Unit const& unit : units) {
    double const value = flops / unit.size;
    if (value >= 1) return fixed(value, value >= 100 ? 1 : value >= 10 ? 2 : 3) + unit.name;
  }
  return fixed(flops / 1e9, 6) + " GFLOPS";
}

}  // namespace ai500::reports
