// SPDX-License-Identifier: Apache-2.0
/// @file XXH3-128 hashes, as 32 hexadecimal digits in the order that `xxh128sum` prints. They find
/// damage, not forgery. Defined in hash.ipp, which needs libxxhash.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ai500 {

/// The hash of some bytes.
std::string xxh3_128(std::string_view bytes);

/// The hash of bytes that come in pieces.
class PiecewiseHash {
 public:
  /// @throws std::bad_alloc
  PiecewiseHash();

  void add(std::string_view piece);

  /// The hash of all pieces so far, one behind the other.
  std::string digits() const;

 private:
  std::unique_ptr<void, void (*)(void*)> state_;  // libxxhash's own
};

}  // namespace ai500
