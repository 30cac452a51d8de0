// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdio>
#include <string>

#include <ai500/core/named.hpp>

namespace ai500 {

/// A number as people write it: at most six digits.
inline std::string number_text(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", number);
  return text.data();
}

/// A policy's name and, where it has a member `settings()`, its hyper-parameters: "SGD with
/// momentum (momentum 0.9)".
template <Named P>
std::string described(P const& policy) {
  std::string text(P::name);
  if constexpr (requires { policy.settings(); }) text += " (" + policy.settings() + ")";
  return text;
}

}  // namespace ai500
