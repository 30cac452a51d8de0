// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <variant>

#include <ai500/core/named.hpp>

namespace ai500 {

/// The name of the type that a variant holds. A table, not std::visit, which every file that
/// includes a variant of many types would pay for with a function for each.
/// @throws std::bad_variant_access if it holds none.
template <Named... Types>
constexpr std::string_view name_of_held(std::variant<Types...> const& held) {
  constexpr std::array<std::string_view, sizeof...(Types)> names{Types::name...};
  if (held.valueless_by_exception()) throw std::bad_variant_access();
  return names[held.index()];
}

}  // namespace ai500
