// SPDX-License-Identifier: Apache-2.0
/// @file Counter-based random numbers: the same bits for the same counter on every rank, machine
/// and compiler.
#pragma once

#include <array>
#include <cstdint>

#include <ai500/core/types.hpp>

namespace ai500 {

/// Which stream of random numbers is read: no two (seed, job, purpose) share numbers.
struct RandomKey {
  Seed seed = 0;
  Job job = 0;
  std::uint32_t purpose = 0;  ///< one of namespace purpose
};

/// What random numbers are for, so that no two uses draw the same ones.
namespace purpose {
inline constexpr std::uint32_t bootstrap = 1;
inline constexpr std::uint32_t synthetic_data = 2;
inline constexpr std::uint32_t workbench = 3;
inline constexpr std::uint32_t augmentation = 4;
inline constexpr std::uint32_t subsample = 64;
inline constexpr std::uint32_t epoch_order = 128;
inline constexpr std::uint32_t initial_weights = 1u << 8;  ///< added: the parameter's index << 8
}  // namespace purpose

/// Philox4x32-10: a keyed bijection on 128-bit counters whose values pass the usual batteries of
/// randomness tests. The words are in the order of the authors' library, Random123.
///
/// Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t odd = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(odd >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(odd),
               static_cast<std::uint32_t>(even >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(even)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// The 128 random bits of one element of a stream, as four independent words.
constexpr std::array<std::uint32_t, 4> philox(RandomKey key, std::uint64_t element) {
  return philox4x32(
      {static_cast<std::uint32_t>(element), static_cast<std::uint32_t>(element >> 32), key.job,
       key.purpose},
      {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
}

/// 64 random bits of one element: its first two words, the first one in the upper half.
constexpr std::uint64_t random_bits(RandomKey key, std::uint64_t element) {
  const std::array<std::uint32_t, 4> words = philox(key, element);
  return std::uint64_t{words[0]} << 32 | words[1];
}

/// A random number in [0, 1), one of the 2^53 multiples of 2^-53.
constexpr double random_unit(RandomKey key, std::uint64_t element) {
  return static_cast<double>(random_bits(key, element) >> 11) * 0x1p-53;
}

/// Scrambles 64 bits: a bijection in which each bit of the input changes half of the output's. Not
/// a source of random numbers by itself: give it bits of philox to scramble with.
///
/// The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
/// OOPSLA 2014), with the constants of Stafford's variant 13.
constexpr std::uint64_t scrambled(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
  return bits ^ (bits >> 31);
}

/// Scales 64 random bits to a whole number in [0, n): floor(bits x n / 2^64).
///
/// No number is more likely than another by more than n / 2^64, less than one in 4e9.
/// @param n 1 to 2^32
constexpr std::uint64_t random_below(std::uint64_t bits, std::uint64_t n) {
  const std::uint64_t upper = (bits >> 32) * n;
  const std::uint64_t lower = (bits & 0xFFFFFFFFu) * n;
  return (upper + (lower >> 32)) >> 32;
}

}  // namespace ai500
