// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ai500 {

/// The XXH3-128 hash of some bytes, as 32 hexadecimal digits in the order that `xxh128sum` prints.
/// Finds damage, not forgery. Defined in hash.ipp, which needs libxxhash.
std::string xxh3_128(std::string_view bytes);

}  // namespace ai500
