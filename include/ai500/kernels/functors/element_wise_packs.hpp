// SPDX-License-Identifier: Apache-2.0
/// @file Element-wise work on packs of `lanes` numbers, one a thread: for_each over the packs of
/// what they write. They compute what the functors of single numbers do, bit for bit, and are
/// tested against them.
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/pack.hpp>

namespace ai500::kernels::functors {

/// y = max(x, 0). What is not a number stays so.
template <class T, int lanes>
struct ReluOfPacks {
  T const* x;
  T* y;

  AI500_HOST_DEVICE void operator()(Count i) const {
    auto pack = Pack<T, lanes>::load(x + i * lanes);
    for_lanes<lanes>([&](int lane) { pack[lane] = pack[lane] < 0 ? T(0) : pack[lane]; });
    pack.store(y + i * lanes);
  }
};

/// dx = dy where y > 0, else 0.
template <class T, int lanes>
struct ReluGradientOfPacks {
  T const* dy;
  T const* y;
  T* dx;

  AI500_HOST_DEVICE void operator()(Count i) const {
    auto pack = Pack<T, lanes>::load(dy + i * lanes);
    auto const asked = Pack<T, lanes>::load(y + i * lanes);
    for_lanes<lanes>([&](int lane) { pack[lane] = asked[lane] > 0 ? pack[lane] : T(0); });
    pack.store(dx + i * lanes);
  }
};

/// y = a + b; may stand in the place of a.
template <class T, int lanes>
struct SumOfPacks {
  T const* a;
  T const* b;
  T* y;

  AI500_HOST_DEVICE void operator()(Count i) const {
    auto pack = Pack<T, lanes>::load(a + i * lanes);
    auto const other = Pack<T, lanes>::load(b + i * lanes);
    for_lanes<lanes>([&](int lane) { pack[lane] = T(pack[lane] + other[lane]); });
    pack.store(y + i * lanes);
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/packs.cuh.
template <class T, int lanes>
  requires MovesPacks<T, lanes>
inline constexpr bool has_device_code<kernels::functors::ReluOfPacks<T, lanes>> = true;
template <class T, int lanes>
  requires MovesPacks<T, lanes>
inline constexpr bool has_device_code<kernels::functors::ReluGradientOfPacks<T, lanes>> = true;
template <class T, int lanes>
  requires MovesPacks<T, lanes>
inline constexpr bool has_device_code<kernels::functors::SumOfPacks<T, lanes>> = true;

}  // namespace ai500::cuda
