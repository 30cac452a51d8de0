// SPDX-License-Identifier: Apache-2.0
/// @file Poolings on packs of `lanes` numbers, one a thread: for_each over the packs of what
/// they write. They compute what the functors of single numbers do, bit for bit, and are tested
/// against them.
#pragma once

#include <cstdint>

#include <ai500/core/host_device.hpp>
#include <ai500/core/types.hpp>
#include <ai500/kernels/functors/compiled_types.hpp>
#include <ai500/kernels/functors/pack.hpp>
#include <ai500/kernels/functors/pooling.hpp>
#include <ai500/kernels/functors/range.hpp>

namespace ai500::kernels::functors {

/// As MaxPooling; its selection is one byte: which element of the window, row by row. A window has
/// at most 256.
template <class T, int lanes>
struct MaxPoolingOfPacks {
  T const* x;
  T* y;
  std::uint8_t* selection;
  PoolingGeometry geometry;  // its lanes are the channels

  AI500_HOST_DEVICE void operator()(Count i) const {
    PoolingGeometry const& g = geometry;
    PoolingPlace const place = g.place(i * lanes, g.out);
    Range const rows = g.rows().elements(place.row), columns = g.columns().elements(place.column);
    Count const top = place.row * g.window.stride.height - g.window.padding.height;
    Count const left = place.column * g.window.stride.width - g.window.padding.width;
    T const* const plane = x + place.plane * g.in_elements() * g.lanes + place.lane;
    Pack<T, lanes> greatest{};
    Pack<std::uint8_t, lanes> best{};
    bool first = true;
    for (Count row = rows.begin; row < rows.end; ++row)
      for (Count column = columns.begin; column < columns.end; ++column) {
        auto const candidate = Pack<T, lanes>::load(plane + (row * g.in.width + column) * g.lanes);
        auto const element =
            static_cast<std::uint8_t>((row - top) * g.window.kernel.width + (column - left));
        for_lanes<lanes>([&](int lane) {
          float const a = static_cast<float>(candidate[lane]);
          float const b = static_cast<float>(greatest[lane]);
          bool const wins = first || a > b || (a != a && b == b);
          greatest[lane] = wins ? candidate[lane] : greatest[lane];
          best[lane] = wins ? element : best[lane];
        });
        first = false;
      }
    greatest.store(y + i * lanes);
    best.store(selection + i * lanes);
  }
};

/// As MaxPoolingGradient, with MaxPoolingOfPacks' selection.
template <class T, int lanes>
struct MaxPoolingGradientOfPacks {
  T const* dy;
  std::uint8_t const* selection;
  T* dx;
  PoolingGeometry geometry;  // its lanes are the channels

  AI500_HOST_DEVICE void operator()(Count i) const {
    PoolingGeometry const& g = geometry;
    PoolingPlace const place = g.place(i * lanes, g.in);
    Range const rows = g.rows().positions(place.row);
    Range const columns = g.columns().positions(place.column);
    float sum[lanes] = {};
    AI500_NO_UNROLL
    for (Count row = rows.begin; row < rows.end; ++row) AI500_NO_UNROLL
    for (Count column = columns.begin; column < columns.end; ++column) {
      Count const from = g.number({place.plane, row, column, place.lane}, g.out);
      Count const in_window =
          (place.row - (row * g.window.stride.height - g.window.padding.height)) *
              g.window.kernel.width +
          (place.column - (column * g.window.stride.width - g.window.padding.width));
      auto const gradient = Pack<T, lanes>::load(dy + from);
      auto const selected = Pack<std::uint8_t, lanes>::load(selection + from);
      for_lanes<lanes>([&](int lane) {
        if (selected[lane] == in_window) sum[lane] += gradient[lane];
      });
    }
    Pack<T, lanes> to;
    for_lanes<lanes>([&](int lane) { to[lane] = T(sum[lane]); });
    to.store(dx + i * lanes);
  }
};

/// As AveragePooling.
template <class T, int lanes>
struct AveragePoolingOfPacks {
  T const* x;
  T* y;
  PoolingGeometry geometry;  // its lanes are the channels

  AI500_HOST_DEVICE void operator()(Count i) const {
    PoolingGeometry const& g = geometry;
    PoolingPlace const place = g.place(i * lanes, g.out);
    Range const rows = g.rows().elements(place.row), columns = g.columns().elements(place.column);
    T const* const plane = x + place.plane * g.in_elements() * g.lanes + place.lane;
    float sum[lanes] = {};
    for (Count row = rows.begin; row < rows.end; ++row)
      for (Count column = columns.begin; column < columns.end; ++column) {
        auto const pack = Pack<T, lanes>::load(plane + (row * g.in.width + column) * g.lanes);
        for_lanes<lanes>([&](int lane) { sum[lane] += pack[lane]; });
      }
    float const area = static_cast<float>(g.window.kernel.height * g.window.kernel.width);
    Pack<T, lanes> to;
    for_lanes<lanes>([&](int lane) { to[lane] = T(sum[lane] / area); });
    to.store(y + i * lanes);
  }
};

/// As AveragePoolingGradient.
template <class T, int lanes>
struct AveragePoolingGradientOfPacks {
  T const* dy;
  T* dx;
  PoolingGeometry geometry;  // its lanes are the channels

  AI500_HOST_DEVICE void operator()(Count i) const {
    PoolingGeometry const& g = geometry;
    PoolingPlace const place = g.place(i * lanes, g.in);
    Range const rows = g.rows().positions(place.row);
    Range const columns = g.columns().positions(place.column);
    float const area = static_cast<float>(g.window.kernel.height * g.window.kernel.width);
    float sum[lanes] = {};
    for (Count row = rows.begin; row < rows.end; ++row)
      for (Count column = columns.begin; column < columns.end; ++column) {
        auto const pack =
            Pack<T, lanes>::load(dy + g.number({place.plane, row, column, place.lane}, g.out));
        for_lanes<lanes>([&](int lane) { sum[lane] += pack[lane] / area; });
      }
    Pack<T, lanes> to;
    for_lanes<lanes>([&](int lane) { to[lane] = T(sum[lane]); });
    to.store(dx + i * lanes);
  }
};

}  // namespace ai500::kernels::functors

namespace ai500::cuda {

// Compiled by kernels/plain_cuda/packs.cuh.
template <class T, int lanes>
  requires MovesPacks<T, lanes>
inline constexpr bool has_device_code<kernels::functors::MaxPoolingOfPacks<T, lanes>> = true;
template <class T, int lanes>
  requires MovesPacks<T, lanes>
inline constexpr bool has_device_code<kernels::functors::MaxPoolingGradientOfPacks<T, lanes>> =
    true;
template <class T, int lanes>
  requires MovesPacks<T, lanes>
inline constexpr bool has_device_code<kernels::functors::AveragePoolingOfPacks<T, lanes>> = true;
template <class T, int lanes>
  requires MovesPacks<T, lanes>
inline constexpr bool has_device_code<kernels::functors::AveragePoolingGradientOfPacks<T, lanes>> =
    true;

}  // namespace ai500::cuda
