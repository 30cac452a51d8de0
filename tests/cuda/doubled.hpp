// SPDX-License-Identifier: Apache-2.0
/// @file A user's own functor with device code (doubled.cu).
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/devices/cuda/launch.hpp>

namespace ai500::testing {

struct Doubled {
  float* x = nullptr;
  AI500_HOST_DEVICE void operator()(Count i) const { x[i] *= 2; }
};

}  // namespace ai500::testing

template <>
inline constexpr bool ai500::cuda::has_device_code<ai500::testing::Doubled> = true;
