// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <ai500/core/error.hpp>

namespace ai500 {

/// The name of a value or an operation: text of fixed capacity, so that a Graph can be built at
/// compile time (std::string cannot be used there in clang 14).
class Name {
 public:
  static constexpr std::size_t capacity = 48;

  constexpr Name() = default;

  /// @throws GraphError when the text is longer than `capacity`.
  constexpr Name(std::string_view text) { append(text); }
  constexpr Name(char const* text) : Name(std::string_view(text)) {}

  constexpr std::string_view view() const { return {text_.data(), size_}; }

  /// This name followed by `suffix`.
  constexpr Name operator+(std::string_view suffix) const {
    Name result = *this;
    result.append(suffix);
    return result;
  }

  /// This name followed by a number in decimal digits.
  constexpr Name operator+(std::size_t number) const {
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    do {
      digits[--first] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    return *this + std::string_view(digits.data() + first, digits.size() - first);
  }

  constexpr bool operator==(Name const& other) const { return view() == other.view(); }

 private:
  constexpr void append(std::string_view text) {
    if (size_ + text.size() > capacity) throw GraphError("Name: longer than 48 characters");
    for (char c : text) text_[size_++] = c;
  }

  std::array<char, capacity> text_{};
  std::size_t size_ = 0;
};

}  // namespace ai500
