// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <new>
#include <string>
#include <string_view>

#include <xxhash.h>

#include <ai500/storage/hash.hpp>

namespace ai500::storage {

inline std::string hexadecimal(XXH128_hash_t hash) {
  XXH128_canonical_t canonical{};
  XXH128_canonicalFromHash(&canonical, hash);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned char const byte : canonical.digest) {
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

inline XXH3_state_t* xxh3_state(void* state) { return static_cast<XXH3_state_t*>(state); }

}  // namespace ai500::storage

namespace ai500 {

std::string xxh3_128(std::string_view bytes) {
  return storage::hexadecimal(XXH3_128bits(bytes.data(), bytes.size()));
}

PiecewiseHash::PiecewiseHash()
    : state_(XXH3_createState(), [](void* state) { XXH3_freeState(storage::xxh3_state(state)); }) {
  if (!state_) throw std::bad_alloc();
  XXH3_128bits_reset(storage::xxh3_state(state_.get()));
}

void PiecewiseHash::add(std::string_view piece) {
  XXH3_128bits_update(storage::xxh3_state(state_.get()), piece.data(), piece.size());
}

std::string PiecewiseHash::digits() const {
  return storage::hexadecimal(XXH3_128bits_digest(storage::xxh3_state(state_.get())));
}

}  // namespace ai500
