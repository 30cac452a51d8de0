// SPDX-License-Identifier: Apache-2.0
/// @file Numbers that stand together and are moved together, 16 bytes at a time: what keeps a GPU's
/// memory busy.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>

namespace ai500::kernels::functors {

/// How many numbers are 16 bytes.
template <class T>
inline constexpr int vector_lanes = static_cast<int>(16 / sizeof(T));

namespace detail {

/// What a GPU moves in one instruction.
template <std::size_t bytes>
struct [[gnu::may_alias]] alignas(bytes) Words {
  std::uint32_t of[bytes / 4];
};
template <>
struct [[gnu::may_alias]] Words<2> {
  std::uint16_t of;
};
template <>
struct [[gnu::may_alias]] Words<1> {
  std::uint8_t of;
};

}  // namespace detail

/// `lanes` numbers in registers, as they are stored. A single one, or 16 bytes; those at a multiple
/// of 16. Values of a program begin at multiples of 64 bytes, slices of micro-batches at multiples
/// of an item: where the channels are a multiple of `vector_lanes`, all pixels are at such places.
template <class T, int lanes>
struct Pack {
  std::array<T, static_cast<std::size_t>(lanes)> of;

  static AI500_HOST_DEVICE Pack load(T const* from) {
    return std::bit_cast<Pack>(*reinterpret_cast<detail::Words<lanes * sizeof(T)> const*>(from));
  }
  AI500_HOST_DEVICE void store(T* to) const {
    using Words = detail::Words<lanes * sizeof(T)>;
    *reinterpret_cast<Words*>(to) = std::bit_cast<Words>(*this);
  }

  AI500_HOST_DEVICE T& operator[](int lane) { return of[static_cast<std::size_t>(lane)]; }
  AI500_HOST_DEVICE T operator[](int lane) const { return of[static_cast<std::size_t>(lane)]; }
};

/// f(0) ... f(lanes - 1), one behind the other: no loop, no index that a GPU's registers do not
/// know.
template <int lanes, class F>
AI500_HOST_DEVICE void for_lanes(F const& f) {
  AI500_UNROLL
  for (int lane = 0; lane < lanes; ++lane) f(lane);
}

}  // namespace ai500::kernels::functors
