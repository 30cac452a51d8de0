// SPDX-License-Identifier: Apache-2.0
/// @file The definition of settings_difference.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/training/settings_difference.hpp>

namespace ai500 {

namespace training {

inline std::vector<std::string_view> parts(std::string_view text) {
  constexpr std::string_view separator = "; ";
  std::vector<std::string_view> all;
  while (true) {
    std::size_t const end = text.find(separator);
    all.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return all;
    text.remove_prefix(end + separator.size());
  }
}

/// The parts of one text that another has not, joined again.
inline std::string only_in(std::string const& one, std::string const& other) {
  std::vector<std::string_view> const others = parts(other);
  std::string text;
  for (std::string_view const part : parts(one))
    if (std::ranges::find(others, part) == others.end())
      text += (text.empty() ? "" : "; ") + std::string(part);
  return text.empty() ? "-" : text;
}

}  // namespace training

std::string settings_difference(std::string const& found, std::string const& wanted) {
  return "  there:     " + training::only_in(found, wanted) +
         "\n  asked for: " + training::only_in(wanted, found);
}

}  // namespace ai500
