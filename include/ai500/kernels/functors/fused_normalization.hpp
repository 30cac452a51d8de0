// SPDX-License-Identifier: Apache-2.0
/// @file What stands around convolutions that a library fuses with normalization (vectors before
/// and behind), as functors of a channel or an element. Statistics are (2, c): means, biased
/// variances; x^ = (x - mean) / sqrt(variance + epsilon). Statistics, scale and shift are FP32.
#pragma once

#include <cmath>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>

namespace ai500::kernels::functors {

/// mean = sum / m, variance = square_sum / m - mean^2, not below 0. In double: the difference of
/// two near numbers keeps what the sums have. for_each over the channels.
struct StatisticsOfSums {
  float const* sum;
  float const* square_sum;
  float* statistics;  // (2, channels)
  Count channels;
  Count elements;  ///< m, of a channel

  AI500_HOST_DEVICE void operator()(Count c) const {
    double const m = static_cast<double>(elements);
    double const mean = static_cast<double>(sum[c]) / m;
    double const variance = static_cast<double>(square_sum[c]) / m - mean * mean;
    statistics[c] = static_cast<float>(mean);
    // What is not a number stays so.
    statistics[channels + c] = static_cast<float>(variance < 0 ? 0 : variance);
  }
};

/// x^ scale + shift = factor x + constant. for_each over the channels.
template <class T>
struct FactorAndConstant {
  float const* statistics;
  float const* scale;
  float const* shift;
  T* factor;
  T* constant;
  Count channels;
  float epsilon;

  AI500_HOST_DEVICE void operator()(Count c) const {
    float const one = scale[c] / std::sqrt(statistics[channels + c] + epsilon);
    factor[c] = T(one);
    constant[c] = T(shift[c] - statistics[c] * one);
  }
};

/// mean, 1 / sqrt(variance + epsilon), scale, shift one behind the other, each `stride` after the
/// one before it: aligned as a library wants them. for_each over the channels.
struct NormalizationVectors {
  float const* statistics;
  float const* scale;
  float const* shift;
  float* vectors;  // (4, stride)
  Count channels;
  Count stride;
  float epsilon;

  AI500_HOST_DEVICE void operator()(Count c) const {
    vectors[c] = statistics[c];
    vectors[stride + c] = 1 / std::sqrt(statistics[channels + c] + epsilon);
    vectors[2 * stride + c] = scale[c];
    vectors[3 * stride + c] = shift[c];
  }
};

/// dx = dy_factor dz + x_factor x + constant, channels together; may stand in the place of dz. Also
/// brings the sums of dscale and dshift where they belong: into slices of the gradients. for_each
/// over groups of eight elements; channels are a multiple of eight.
template <class T>
struct NormalizationGradient {
  static constexpr Count lanes = 8;

  T const* dz;
  T const* x;
  T* dx;
  /// (5, stride): dscale, dshift, dy_factor, x_factor, constant
  float const* vectors;
  float* dscale;
  float* dshift;
  Count channels;
  Count stride;

  AI500_HOST_DEVICE void operator()(Count i) const {
    Count const first = i * lanes, channel = first % channels;
    if (first < channels)  // the first pixel's groups have every channel once
      for (Count c = first; c < first + lanes; ++c) {
        dscale[c] = vectors[c];
        dshift[c] = vectors[stride + c];
      }
    struct alignas(16) Eight {
      T lane[lanes];
    };
    Eight const from_dz = *reinterpret_cast<Eight const*>(dz + first);
    Eight const from_x = *reinterpret_cast<Eight const*>(x + first);
    Eight result;
    float const* const of = vectors + 2 * stride + channel;
    for (int l = 0; l < lanes; ++l)  // no index that a GPU's registers do not know
      result.lane[l] = T(of[l] * static_cast<float>(from_dz.lane[l]) +
                         of[stride + l] * static_cast<float>(from_x.lane[l]) + of[2 * stride + l]);
    *reinterpret_cast<Eight*>(dx + first) = result;
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <>
inline constexpr bool has_device_code<kernels::functors::StatisticsOfSums> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::FactorAndConstant<T>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::NormalizationVectors> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::NormalizationGradient<T>> = true;

}  // namespace ai500::cuda
