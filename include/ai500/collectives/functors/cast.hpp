// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/devices/cuda/launch.hpp>

namespace ai500 {

namespace collectives::functors {

/// y = x in another type of numbers, rounded to the nearest: what ranks send, and back.
template <class From, class To>
struct Cast {
  From const* x;
  To* y;

  AI500_HOST_DEVICE void operator()(Count i) const { y[i] = To(static_cast<float>(x[i])); }
};

}  // namespace collectives::functors

template <class Narrow>
  requires cuda::OneOf<Narrow, half, bfloat16>
inline constexpr bool cuda::has_device_code<collectives::functors::Cast<float, Narrow>> = true;
template <class Narrow>
  requires cuda::OneOf<Narrow, half, bfloat16>
inline constexpr bool cuda::has_device_code<collectives::functors::Cast<Narrow, float>> = true;

}  // namespace ai500
