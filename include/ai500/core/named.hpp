// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string_view>

namespace ai500 {

/// The type says its name, as reports print it.
template <class P>
concept Named = requires {
  { P::name } -> std::convertible_to<std::string_view>;
};

}  // namespace ai500
