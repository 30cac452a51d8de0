// SPDX-License-Identifier: Apache-2.0
/// @file Numbers as bytes with a scale for each 256 of them: messages a quarter as long. Bytes are
/// not added up: what is summed is made float first, and quantised again.
#pragma once

#include <cmath>
#include <cstdint>

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/devices/cuda/launch.hpp>
#include <ai500/kernels/functors/join_rows.hpp>

namespace ai500::kernels::functors {

/// How many numbers share a scale.
inline constexpr Count quantised_together = 256;

/// quantised = x / scale rounded to the nearest, to even in the middle; scale = the greatest |x| of
/// 256 numbers / 127, 1 where all are 0. With `residual` (error feedback), x + residual is
/// quantised, and what is lost stays in `residual` for the next time: so errors do not add up
/// (Seide et al. 2014). What is not a number makes its scale so, and with it all 256. A block of
/// threads for each 256.
struct Quantised {
  static constexpr int threads = static_cast<int>(quantised_together);
  struct Shared {
    float greatest[threads];
  };

  float const* x;
  float* residual;  // may be null
  std::int8_t* quantised;
  float* scales;  // (blocks)
  Count n;

  constexpr Count blocks() const { return (n + threads - 1) / threads; }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    typename Block::template PerThread<float> own;
    Count const first = block.index() * threads;
    block.for_each_thread([&](int thread) {
      Count const i = first + thread;
      float value = i < n ? x[i] : 0;
      if (residual != nullptr && i < n) value += residual[i];
      own[thread] = value;
      shared.greatest[thread] = std::abs(value);
    });
    join_rows(block, threads, 1, [&](int thread, int other) {
      float const a = shared.greatest[thread], b = shared.greatest[other];
      shared.greatest[thread] = a < b || b != b ? b : a;
    });
    block.for_each_thread([&](int thread) {
      Count const i = first + thread;
      float const scale = shared.greatest[0] == 0 ? 1 : shared.greatest[0] / 127;
      float const ratio = own[thread] / scale;
      float const nearest = ratio == ratio ? std::nearbyint(ratio) : 0;
      if (thread == 0) scales[block.index()] = scale;
      if (i >= n) return;
      quantised[i] = static_cast<std::int8_t>(nearest);
      if (residual != nullptr) residual[i] = own[thread] - nearest * scale;
    });
  }
};

/// y = quantised x scale; for_each over the numbers.
struct Dequantised {
  std::int8_t const* quantised;
  float const* scales;
  float* y;

  AI500_HOST_DEVICE void operator()(Count i) const {
    y[i] = static_cast<float>(quantised[i]) * scales[i / quantised_together];
  }
};

/// sum += quantised x scale: what another rank sent.
struct DequantisedSum {
  std::int8_t const* quantised;
  float const* scales;
  float* sum;

  AI500_HOST_DEVICE void operator()(Count i) const {
    sum[i] += static_cast<float>(quantised[i]) * scales[i / quantised_together];
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/packs.cuh.
template <>
inline constexpr bool has_device_code<kernels::functors::Quantised> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::Dequantised> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::DequantisedSum> = true;

}  // namespace ai500::cuda
