// SPDX-License-Identifier: Apache-2.0
/// @file Poolings and their gradients as functors of an element of what they write: nothing is
/// added up from two sides, so the result has the same bits in any order. Each element adds in the
/// order of the reference's loops, window by window, row by row.
#pragma once

#include <algorithm>
#include <cstdint>

#include <ai500/core/half.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/range.hpp>

namespace ai500::kernels::functors {

/// One direction of a pooling.
struct PoolingAxis {
  Count in;
  Count out;
  Count kernel;
  Count stride;
  Count padding;

  /// The elements of x that the window at a position of y sees. Never empty: padding is less than
  /// the kernel.
  constexpr Range elements(Count position) const {
    Count const first = position * stride - padding;
    return {std::max<Count>(first, 0), std::min(first + kernel, in)};
  }
  /// The positions of y whose windows see an element of x.
  constexpr Range positions(Count element) const {
    Count const shifted = element + padding;
    Count const first = shifted < kernel ? 0 : (shifted - kernel) / stride + 1;
    return {first, std::min(shifted / stride + 1, out)};
  }
};

/// A place in x or y.
struct PoolingPlace {
  Count plane;
  Count row;
  Count column;
  Count lane;
};

/// A window that slides over each of some planes, h x w elements of x, h' x w' of y. An element is
/// `lanes` numbers that stand together: NCHW is (n c, h, w) elements of one lane, NHWC (n, h, w) of
/// c lanes, nChw16c (n c / 16, h, w) of 16.
struct PoolingGeometry {
  Count planes;
  Extent in;   ///< h x w
  Extent out;  ///< h' x w'
  Window window;
  Count lanes = 1;

  constexpr Count in_elements() const { return in.height * in.width; }     ///< of a plane
  constexpr Count out_elements() const { return out.height * out.width; }  ///< of a plane
  constexpr Count in_numbers() const { return planes * in_elements() * lanes; }
  constexpr Count out_numbers() const { return planes * out_elements() * lanes; }

  constexpr PoolingAxis rows() const {
    return {in.height, out.height, window.kernel.height, window.stride.height,
            window.padding.height};
  }
  constexpr PoolingAxis columns() const {
    return {in.width, out.width, window.kernel.width, window.stride.width, window.padding.width};
  }

  /// Where number i of a value with these planes stands.
  constexpr PoolingPlace place(Count i, Extent extent) const {
    Count const element = i / lanes, row = element / extent.width;
    return {row / extent.height, row % extent.height, element % extent.width, i % lanes};
  }
  constexpr Count number(PoolingPlace const& at, Extent extent) const {
    return ((at.plane * extent.height + at.row) * extent.width + at.column) * lanes + at.lane;
  }
};

/// y = the greatest x of each window, padding left out; selection = its flat index in the plane of
/// x: the first one's where several are greatest. What is not a number wins.
template <class T>
struct MaxPooling {
  T const* x;
  T* y;
  std::int32_t* selection;
  PoolingGeometry geometry;

  AI500_HOST_DEVICE void operator()(Count i) const { at(geometry.place(i, geometry.out)); }

  AI500_HOST_DEVICE void at(PoolingPlace const& place) const {
    PoolingGeometry const& g = geometry;
    Range const rows = g.rows().elements(place.row), columns = g.columns().elements(place.column);
    T const* const plane = x + place.plane * g.in_elements() * g.lanes + place.lane;
    Count best = rows.begin * g.in.width + columns.begin;
    T greatest = plane[best * g.lanes];
    for (Count row = rows.begin; row < rows.end; ++row)
      for (Count column = columns.begin; column < columns.end; ++column) {
        Count const element = row * g.in.width + column;
        T const candidate = plane[element * g.lanes];
        bool const wins = candidate > greatest || (candidate != candidate && greatest == greatest);
        greatest = wins ? candidate : greatest;
        best = wins ? element : best;
      }
    Count const i = g.number(place, g.out);
    y[i] = greatest;
    selection[i] = static_cast<std::int32_t>(best);
  }
};

/// dx = the sum of dy over the windows that selected the element.
template <class T>
struct MaxPoolingGradient {
  T const* dy;
  std::int32_t const* selection;
  T* dx;
  PoolingGeometry geometry;

  AI500_HOST_DEVICE void operator()(Count i) const {
    PoolingGeometry const& g = geometry;
    PoolingPlace const place = g.place(i, g.in);
    std::int32_t const element = static_cast<std::int32_t>(place.row * g.in.width + place.column);
    Range const rows = g.rows().positions(place.row);
    Range const columns = g.columns().positions(place.column);
    Computed<T> sum = 0;
    for (Count row = rows.begin; row < rows.end; ++row)
      for (Count column = columns.begin; column < columns.end; ++column) {
        Count const from = g.number({place.plane, row, column, place.lane}, g.out);
        if (selection[from] == element) sum += dy[from];
      }
    dx[i] = T(sum);
  }
};

/// y = sum of x over each window / (kh kw): padding counts as zeros.
template <class T>
struct AveragePooling {
  T const* x;
  T* y;
  PoolingGeometry geometry;

  AI500_HOST_DEVICE void operator()(Count i) const { at(geometry.place(i, geometry.out)); }

  AI500_HOST_DEVICE void at(PoolingPlace const& place) const {
    PoolingGeometry const& g = geometry;
    Range const rows = g.rows().elements(place.row), columns = g.columns().elements(place.column);
    T const* const plane = x + place.plane * g.in_elements() * g.lanes + place.lane;
    Computed<T> sum = 0;
    for (Count row = rows.begin; row < rows.end; ++row)
      for (Count column = columns.begin; column < columns.end; ++column)
        sum += plane[(row * g.in.width + column) * g.lanes];
    Computed<T> const area =
        static_cast<Computed<T>>(g.window.kernel.height * g.window.kernel.width);
    y[g.number(place, g.out)] = T(sum / area);
  }
};

/// dx = the sum of dy over the windows that saw the element / (kh kw).
template <class T>
struct AveragePoolingGradient {
  T const* dy;
  T* dx;
  PoolingGeometry geometry;

  AI500_HOST_DEVICE void operator()(Count i) const {
    PoolingGeometry const& g = geometry;
    PoolingPlace const place = g.place(i, g.in);
    Range const rows = g.rows().positions(place.row);
    Range const columns = g.columns().positions(place.column);
    Computed<T> const area =
        static_cast<Computed<T>>(g.window.kernel.height * g.window.kernel.width);
    Computed<T> sum = 0;
    for (Count row = rows.begin; row < rows.end; ++row)
      for (Count column = columns.begin; column < columns.end; ++column)
        sum += dy[g.number({place.plane, row, column, place.lane}, g.out)] / area;
    dx[i] = T(sum);
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/functors.cuh.
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::MaxPooling<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::MaxPoolingGradient<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::AveragePooling<T>> = true;
template <ActivationNumber T>
inline constexpr bool has_device_code<kernels::functors::AveragePoolingGradient<T>> = true;

}  // namespace ai500::cuda
