// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions in Layout::channels_last and fully connected layers, and their gradients, as
/// products of matrices whose elements are looked up where they stand. For any type, shape and
/// architecture, without tensor cores. Sums are made in float, in a fixed order.
#pragma once

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/devices/blocks.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/functors/element_wise.hpp>

namespace ai500::kernels::functors {

/// result(row, column) = sum over k of a(row, k) b(k, column), in tiles of 32 x 32 results of a
/// block, four a thread. `Factors` has groups(), rows(), columns(), depth(), the elements
/// a(group, row, k) and b(group, k, column) in float, and put(group, row, column, sum).
template <class Factors>
struct Product {
  static constexpr int threads = 256;
  static constexpr int side = 32;
  static constexpr int step = 16;  // of k at once
  struct Shared {
    float a[step][side + 1];
    float b[step][side + 1];
  };

  Factors factors;

  constexpr Count tiles_down() const { return (factors.rows() + side - 1) / side; }
  constexpr Count tiles_across() const { return (factors.columns() + side - 1) / side; }
  constexpr Count blocks() const { return factors.groups() * tiles_down() * tiles_across(); }

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    Count const column = block.index() % tiles_across() * side;
    Count const row = block.index() / tiles_across() % tiles_down() * side;
    Count const group = block.index() / tiles_across() / tiles_down();
    typename Block::template PerThread<Sums> sums;
    block.for_each_thread([&](int thread) { sums[thread] = {}; });
    for (Count k = 0; k < factors.depth(); k += step) {
      block.for_each_thread([&](int thread) {
        for (int i = thread; i < step * side; i += threads) {
          int const deep_a = i % step, down = i / step;  // neighbours along k
          bool const has_a = row + down < factors.rows() && k + deep_a < factors.depth();
          shared.a[deep_a][down] = has_a ? factors.a(group, row + down, k + deep_a) : 0;
          int const across = i % side, deep_b = i / side;  // neighbours along columns
          bool const has_b = column + across < factors.columns() && k + deep_b < factors.depth();
          shared.b[deep_b][across] = has_b ? factors.b(group, k + deep_b, column + across) : 0;
        }
      });
      block.for_each_thread([&](int thread) {
        int const down = thread / 16, across = thread % 16;
        Sums& own = sums[thread];
        for (int i = 0; i < step; ++i) {
          float const a0 = shared.a[i][down], a1 = shared.a[i][down + 16];
          float const b0 = shared.b[i][across], b1 = shared.b[i][across + 16];
          own.of00 += a0 * b0;
          own.of01 += a0 * b1;
          own.of10 += a1 * b0;
          own.of11 += a1 * b1;
        }
      });
    }
    block.for_each_thread([&](int thread) {
      Count const r = row + thread / 16, c = column + thread % 16;
      put(group, r, c, sums[thread].of00);
      put(group, r, c + 16, sums[thread].of01);
      put(group, r + 16, c, sums[thread].of10);
      put(group, r + 16, c + 16, sums[thread].of11);
    });
  }

 private:
  struct Sums {
    float of00, of01, of10, of11;
  };

  AI500_HOST_DEVICE void put(Count group, Count row, Count column, float sum) const {
    if (row < factors.rows() && column < factors.columns()) factors.put(group, row, column, sum);
  }
};

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

  /// The pixel of x that the window at a pixel of y sees at (u, v); -1 in the padding.
  constexpr Count seen(Count out_pixel, Count u, Count v) const {
    Count const column = out_pixel % out.width, rest = out_pixel / out.width;
    Count const h = rest % out.height * window.stride.height + u - window.padding.height;
    Count const w = column * window.stride.width + v - window.padding.width;
    if (h < 0 || h >= in.height || w < 0 || w >= in.width) return -1;
    return (rest / out.height * in.height + h) * in.width + w;
  }
  /// The pixel of y whose window sees a pixel of x at (u, v); -1 where there is none.
  constexpr Count seeing(Count in_pixel, Count u, Count v) const {
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
    Count const tap = k / shape.channels;
    Count const pixel =
        shape.seen(row, tap / shape.window.kernel.width, tap % shape.window.kernel.width);
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
    Count const tap = k / shape.filters;
    Count const pixel =
        shape.seeing(row, tap / shape.window.kernel.width, tap % shape.window.kernel.width);
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
    Count const tap = column / shape.channels;
    Count const from =
        shape.seen(pixel, tap / shape.window.kernel.width, tap % shape.window.kernel.width);
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

/// Extents of a fully connected layer: x (items, inputs), weight (outputs, inputs), y (items,
/// outputs).
struct FullyConnectedShape {
  Count items;
  Count inputs;
  Count outputs;
};

/// y = x weight^T + bias
template <class T>
struct FullyConnectedFactors {
  T const* x;
  T const* weight;
  T const* bias;
  T* y;
  FullyConnectedShape shape;

  constexpr Count groups() const { return 1; }
  constexpr Count rows() const { return shape.items; }
  constexpr Count columns() const { return shape.outputs; }
  constexpr Count depth() const { return shape.inputs; }

  AI500_HOST_DEVICE float a(Count, Count row, Count k) const { return x[row * shape.inputs + k]; }
  AI500_HOST_DEVICE float b(Count, Count k, Count column) const {
    return weight[column * shape.inputs + k];
  }
  AI500_HOST_DEVICE void put(Count, Count row, Count column, float sum) const {
    y[row * shape.outputs + column] = T(sum + bias[column]);
  }
};

/// dx = dy weight
template <class T>
struct FullyConnectedDataGradientFactors {
  T const* dy;
  T const* weight;
  T* dx;
  FullyConnectedShape shape;

  constexpr Count groups() const { return 1; }
  constexpr Count rows() const { return shape.items; }
  constexpr Count columns() const { return shape.inputs; }
  constexpr Count depth() const { return shape.outputs; }

  AI500_HOST_DEVICE float a(Count, Count row, Count k) const { return dy[row * shape.outputs + k]; }
  AI500_HOST_DEVICE float b(Count, Count k, Count column) const {
    return weight[k * shape.inputs + column];
  }
  AI500_HOST_DEVICE void put(Count, Count row, Count column, float sum) const {
    dx[row * shape.inputs + column] = T(sum);
  }
};

/// dweight = dy^T x, in float.
template <class T>
struct FullyConnectedWeightGradientFactors {
  T const* x;
  T const* dy;
  float* dweight;
  FullyConnectedShape shape;

  constexpr Count groups() const { return 1; }
  constexpr Count rows() const { return shape.outputs; }
  constexpr Count columns() const { return shape.inputs; }
  constexpr Count depth() const { return shape.items; }

  AI500_HOST_DEVICE float a(Count, Count row, Count k) const { return dy[k * shape.outputs + row]; }
  AI500_HOST_DEVICE float b(Count, Count k, Count column) const {
    return x[k * shape.inputs + column];
  }
  AI500_HOST_DEVICE void put(Count, Count row, Count column, float sum) const {
    dweight[row * shape.inputs + column] = sum;
  }
};

/// dbias[output] = sum over the items of dy, in float; for_each over the outputs.
template <class T>
struct BiasGradient {
  T const* dy;
  float* dbias;
  FullyConnectedShape shape;

  AI500_HOST_DEVICE void operator()(Count output) const {
    float sum = 0;
    for (Count item = 0; item < shape.items; ++item) sum += dy[item * shape.outputs + output];
    dbias[output] = sum;
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
template <ActivationNumber T>
inline constexpr bool
    has_device_code<kernels::functors::Product<kernels::functors::FullyConnectedFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<
    kernels::functors::Product<kernels::functors::FullyConnectedDataGradientFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<
    kernels::functors::Product<kernels::functors::FullyConnectedWeightGradientFactors<T>>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::BiasGradient<T>> = true;
template <>
inline constexpr bool has_device_code<kernels::functors::SummedParts> = true;

}  // namespace ai500::cuda
