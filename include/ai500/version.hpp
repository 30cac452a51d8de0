// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ai500 {

/// The version of ai500, as reports and `--version` print it.
inline constexpr std::string_view version = "0.1.0";

}  // namespace ai500
