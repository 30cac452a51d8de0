// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ai500 {

/// What differs between two canonical texts of a member's settings, parts of which are joined by
/// "; ": one line for what only `found` has, one for what only `wanted` has. Defined in
/// settings_difference.ipp.
std::string settings_difference(std::string const& found, std::string const& wanted);

}  // namespace ai500
