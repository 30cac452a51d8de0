// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <xxhash.h>

#include <ai500/reports/hash.hpp>

namespace ai500 {

std::string xxh3_128(std::string_view bytes) {
  XXH128_canonical_t canonical{};
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned char const byte : canonical.digest) {
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

}  // namespace ai500
