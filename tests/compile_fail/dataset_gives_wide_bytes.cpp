// SPDX-License-Identifier: Apache-2.0
// A table of 256 numbers makes pixels of them.
// expect: GivesBytes
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::DatasetOf<Mine> {
#ifndef FAULT
  std::span<std::uint8_t const> bytes(Split, Sample) const { return {}; }
#else
  std::span<std::uint16_t const> bytes(Split, Sample) const { return {}; }
#endif
  template <class T>
  static std::array<T, 256> normalised(Count) {
    return {};
  }
};
static_assert(GivesBytes<Mine>);
