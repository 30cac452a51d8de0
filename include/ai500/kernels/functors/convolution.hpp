// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions in Layout::channels_last and their gradients as products of matrices whose
/// elements are looked up where they stand: the factors of a Product. For any type and shape.
#pragma once

#include <ai500/core/host_device.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/product.hpp>

namespace ai500::kernels::functors {

/// Extents of a convolution of x (n, h, w, c) with filters (c', kh, kw, c / groups) to y (n, h',
/// w', c').
struct ConvolutionShape {
  Count items;
  Count channels;  ///< of a group: c / groups
  Count filters;   ///< of a group: c' / groups
  Count groups;
  Extent in;
  Extent out;
  Window window;

  constexpr Count taps() const { return window.kernel.height * window.kernel.width; }
  constexpr Count in_pixels() const { return items * in.height * in.width; }
  constexpr Count out_pixels() const { return items * out.height * out.width; }

  /// The pixel of x that the window at a pixel of y sees at a tap (u, v), number u kw + v; -1 in
  /// the padding.
  constexpr Count seen(Count out_pixel, Count tap) const {
    Count const u = tap / window.kernel.width, v = tap % window.kernel.width;
    Count const column = out_pixel % out.width, rest = out_pixel / out.width;
    Count const h = rest % out.height * window.stride.height + u - window.padding.height;
    Count const w = column * window.stride.width + v - window.padding.width;
    if (h < 0 || h >= in.height || w < 0 || w >= in.width) return -1;
    return (rest / out.height * in.height + h) * in.width + w;
  }
  /// The pixel of y whose window sees a pixel of x at a tap; -1 where there is none.
  constexpr Count seeing(Count in_pixel, Count tap) const {
    Count const u = tap / window.kernel.width, v = tap % window.kernel.width;
    Count const column = in_pixel % in.width, rest = in_pixel / in.width;
    Count const h = rest % in.height + window.padding.height - u;
    Count const w = column + window.padding.width - v;
    Count const i = h / window.stride.height, j = w / window.stride.width;
    bool const there = h >= 0 && w >= 0 && h == i * window.stride.height &&
                       w == j * window.stride.width && i < out.height && j < out.width;
    return there ? (rest / in.height * out.height + i) * out.width + j : -1;
  }
};

/// y[pixel, f] = sum over u, v, c of x[pixel seen at (u, v), c] weight[f, u, v, c]
template <class T>
struct ConvolutionFactors {
  T const* x;
  T const* weight;
  T* y;
  ConvolutionShape shape;

  constexpr Count groups() const { return shape.groups; }
  constexpr Count rows() const { return shape.out_pixels(); }
  constexpr Count columns() const { return shape.filters; }
  constexpr Count depth() const { return shape.taps() * shape.channels; }

  AI500_HOST_DEVICE float a(Count group, Count row, Count k) const {
    Count const pixel = shape.seen(row, k / shape.channels);
    if (pixel < 0) return 0;
    return x[(pixel * shape.groups + group) * shape.channels + k % shape.channels];
  }
  AI500_HOST_DEVICE float b(Count group, Count k, Count column) const {
    return weight[(group * shape.filters + column) * depth() + k];
  }
  AI500_HOST_DEVICE void put(Count group, Count row, Count column, float sum) const {
    y[(row * shape.groups + group) * shape.filters + column] = T(sum);
  }
};

/// dx[pixel, c] = sum over u, v, f of dy[pixel seeing it at (u, v), f] weight[f, u, v, c]
template <class T>
struct ConvolutionDataGradientFactors {
  T const* dy;
  T const* weight;
  T* dx;
  ConvolutionShape shape;

  constexpr Count groups() const { return shape.groups; }
  constexpr Count rows() const { return shape.in_pixels(); }
  constexpr Count columns() const { return shape.channels; }
  constexpr Count depth() const { return shape.taps() * shape.filters; }

  AI500_HOST_DEVICE float a(Count group, Count row, Count k) const {
    Count const pixel = shape.seeing(row, k / shape.filters);
    if (pixel < 0) return 0;
    return dy[(pixel * shape.groups + group) * shape.filters + k % shape.filters];
  }
  AI500_HOST_DEVICE float b(Count group, Count k, Count column) const {
    Count const filter = group * shape.filters + k % shape.filters;
    return weight[(filter * shape.taps() + k / shape.filters) * shape.channels + column];
  }
  AI500_HOST_DEVICE void put(Count group, Count row, Count column, float sum) const {
    dx[(row * shape.groups + group) * shape.channels + column] = T(sum);
  }
};

/// dweight[f, c, u, v], plain and in float, = sum over pixels of dy[pixel, f] x[pixel seen at (u,
/// v), c]. A block has a part of the pixels: `parts` of them, summed by SummedParts.
template <class T>
struct ConvolutionFilterGradientFactors {
  T const* x;
  T const* dy;
  float* dweight;  // (parts, c', c / groups, kh, kw)
  ConvolutionShape shape;
  Count parts;

  constexpr Count part_pixels() const { return (shape.out_pixels() + parts - 1) / parts; }
  constexpr Count elements() const {  // of all the filters
    return shape.groups * shape.filters * shape.channels * shape.taps();
  }

  constexpr Count groups() const { return shape.groups * parts; }
  constexpr Count rows() const { return shape.filters; }
  constexpr Count columns() const { return shape.taps() * shape.channels; }
  constexpr Count depth() const { return part_pixels(); }

  AI500_HOST_DEVICE float a(Count group, Count row, Count k) const {
    Count const pixel = group / shape.groups * part_pixels() + k;
    if (pixel >= shape.out_pixels()) return 0;
    return dy[(pixel * shape.groups + group % shape.groups) * shape.filters + row];
  }
  AI500_HOST_DEVICE float b(Count group, Count k, Count column) const {
    Count const pixel = group / shape.groups * part_pixels() + k;
    if (pixel >= shape.out_pixels()) return 0;
    Count const from = shape.seen(pixel, column / shape.channels);
    if (from < 0) return 0;
    return x[(from * shape.groups + group % shape.groups) * shape.channels +
             column % shape.channels];
  }
  AI500_HOST_DEVICE void put(Count group, Count row, Count column, float sum) const {
    Count const filter = group % shape.groups * shape.filters + row;
    Count const channel = column % shape.channels, tap = column / shape.channels;
    dweight[group / shape.groups * elements() + (filter * shape.channels + channel) * shape.taps() +
            tap] = sum;
  }
};

/// y[i] = parts[0][i] + parts[1][i] + ..., in this order; for_each over the elements of a part.
struct SummedParts {
  float const* parts;  // (count, elements)
  float* y;
  Count count;
  Count elements;

  AI500_HOST_DEVICE void operator()(Count i) const {
    float sum = 0;
    for (Count part = 0; part < count; ++part) sum += parts[part * elements + i];
    y[i] = sum;
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/products.cuh.
template <ActivationNumber T>
inline constexpr bool
    has_device_code<kernels::functors::Product<kernels::functors::ConvolutionFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<
    kernels::functors::Product<kernels::functors::ConvolutionDataGradientFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<
    kernels::functors::Product<kernels::functors::ConvolutionFilterGradientFactors<T>>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::SummedParts> = true;

}  // namespace ai500::cuda
