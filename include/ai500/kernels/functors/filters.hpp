// SPDX-License-Identifier: Apache-2.0
/// @file The order and the number of channels of filters, as functors: libraries of GPUs keep a
/// filter (c', kh, kw, c), with more channels than there are where they like that better.
#pragma once

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>

namespace ai500::kernels::functors {

/// plain (c', c, kh, kw) = stored (c', kh, kw, stored_channels), whose last channels are left out
/// where it has more than c. for_each over the elements of `plain`.
template <class From, class To>
struct PlainFilter {
  From const* stored;
  To* plain;
  Count channels;         ///< c
  Count stored_channels;  ///< at least c
  Count window;           ///< kh kw

  AI500_HOST_DEVICE void operator()(Count i) const {
    Count const position = i % window, channel = i / window % channels;
    Count const filter = i / (window * channels);
    plain[i] = static_cast<To>(stored[(filter * window + position) * stored_channels + channel]);
  }
};

/// padded (pixels, padded_channels) = x (pixels, channels), zeros behind them. for_each over the
/// pixels. Images and filters whose channels stand together.
template <class T>
struct PaddedChannels {
  T const* x;
  T* padded;
  Count channels;
  Count padded_channels;

  AI500_HOST_DEVICE void operator()(Count pixel) const {
    for (Count c = 0; c < padded_channels; ++c)
      padded[pixel * padded_channels + c] = c < channels ? x[pixel * channels + c] : T(0);
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::PlainFilter<T, float>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::PaddedChannels<T>> = true;

}  // namespace ai500::cuda
