// SPDX-License-Identifier: Apache-2.0
/// @file The bootstrap of section 3.7: each sample is taken Poisson(1) times.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <ai500/core/random.hpp>
#include <ai500/samplers/policy.hpp>

namespace ai500::samplers {

/// A Poisson(1) variable from 64 random bits, by inversion: the smallest k with
/// bits / 2^64 < P(X <= k).
///
/// Integers only, so the same on every machine. The bounds are P(X <= k) x 2^64 rounded to the
/// nearest; X > 20 would need less than 1/7 of one of the 2^64 values, so nothing is cut off.
constexpr std::uint32_t poisson_one(std::uint64_t bits) {
  constexpr std::array<std::uint64_t, 20> cumulative{
      0x5e2d58d8b3bcdf1b, 0xbc5ab1b16779be35, 0xeb715e1dc1582dc3, 0xfb23979734a252f2,
      0xff1025f59174dc3e, 0xffd90f3ba4055e1a, 0xfffa8b71fc72c914, 0xffff540c0914b3ca,
      0xffffed1f4aa8f120, 0xfffffe216e641463, 0xffffffd4d85d3183, 0xfffffffc6da262b5,
      0xffffffffba12d179, 0xfffffffffb07c64d, 0xffffffffffab8ea5, 0xfffffffffffabe22,
      0xffffffffffffb11a, 0xfffffffffffffba1, 0xffffffffffffffc5, 0xfffffffffffffffd};
  std::size_t times = 0;
  while (times < cumulative.size() && bits >= cumulative[times]) ++times;
  return static_cast<std::uint32_t>(times);
}

/// Takes each sample Poisson(1) times, independently (section 3.7): P(at least once) = 1 - 1/e =
/// 0.632. The bootstrap's size is random too: N on average, with standard deviation sqrt(N). The
/// samples come in ascending order.
struct PoissonBootstrap {
  static constexpr std::string_view name = "Poisson bootstrap";

  /// One element a sample.
  constexpr Count elements(Count n) const { return n; }

  constexpr Draw draw(Seed seed, Job job, Count element, Count) const {
    return {static_cast<Sample>(element),
            poisson_one(
                random_bits({seed, job, purpose::bootstrap}, static_cast<std::uint64_t>(element)))};
  }
};
static_assert(SamplerPolicy<PoissonBootstrap>);

}  // namespace ai500::samplers
