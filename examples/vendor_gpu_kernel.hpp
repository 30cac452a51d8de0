// SPDX-License-Identifier: Apache-2.0
/// @file A vendor's functor: what its kernel computes on a GPU, for g++ and nvcc alike.
#pragma once

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/devices/cuda/launch.hpp>

/// y[n][c] = the mean of x[n][...][c], channels last: a thread an image and channel, so that the
/// threads of a warp read neighbours.
template <class T>
struct VendorMean {
  T const* x;  // (items, pixels, channels)
  T* y;        // (items, channels)
  ai500::Count pixels;
  ai500::Count channels;

  AI500_HOST_DEVICE void operator()(ai500::Count i) const {
    T const* const from = x + i / channels * pixels * channels + i % channels;
    float sum = 0;
    for (ai500::Count pixel = 0; pixel < pixels; ++pixel)
      sum += static_cast<float>(from[pixel * channels]);
    y[i] = static_cast<T>(sum / static_cast<float>(pixels));
  }
};

// Compiled by vendor_gpu_kernel.cu.
template <>
inline constexpr bool ai500::cuda::has_device_code<VendorMean<ai500::half>> = true;
