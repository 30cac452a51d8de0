// SPDX-License-Identifier: Apache-2.0
/// @file Checks of what a user asked for that need to know neither the machine nor the workload.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <ai500/configuration/configuration.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// The largest batch that makes sense: as many samples as a `Sample` can number.
inline constexpr Count largest_batch = Count{std::numeric_limits<Sample>::max()} + 1;

/// Checks that `value` is `least` to `most`; `option` names it, as in "--jobs".
///
/// @throws UsageError naming the option, the value and the range.
void check_range(std::string_view option, Count value, Count least,
                 Count most = std::numeric_limits<int>::max());

/// Checks a value that may be absent; an absent one is fine. See `check_range`.
template <class Integer>
void check_optional_range(std::string_view option, std::optional<Integer> const& value, Count least,
                          Count most = std::numeric_limits<int>::max()) {
  if (value) check_range(option, Count{*value}, least, most);
}

/// Checks every value of a configuration for itself and `--job` against `--jobs`. What depends on
/// the machine's size is checked where it is known: `ensemble_shape` (Eq. (5)) and `batch_plan`.
/// Any seed is valid.
///
/// @throws UsageError naming the option, its value and what would be right.
void check(Configuration const& configuration);

}  // namespace ai500
