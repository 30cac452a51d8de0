// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels of pooling, plane by plane: h x w elements of x, h' x w' of y.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/functors/pooling.hpp>
#include <ai500/kernels/policy.hpp>
#include <ai500/kernels/reference/shape_check.hpp>
#include <ai500/kernels/reference/typed.hpp>

namespace ai500::kernels::reference {

using functors::PoolingGeometry;

/// @throws GraphError when y is not x pooled
inline PoolingGeometry pooling_geometry(ShapeCheck const& check, Window const& window,
                                        Shape const& x, Shape const& y) {
  Extent const out = window_positions(window, x);
  check.equal("y (or dy)", y, {x.items, x.channels, out.height, out.width});
  return {x.items * x.channels, {x.height, x.width}, out, window};
}

namespace detail {

/// f(position, input) for each element of the window at each position of a plane, row by row, where
/// it is inside: both are flat indices, of the h' x w' and of the h x w plane. Every window sees at
/// least one element, for padding is less than the kernel.
template <class F>
void for_each_in_window(PoolingGeometry const& g, F const& f) {
  Window const& window = g.window;
  for (Count i = 0; i < g.out.height; ++i)
    for (Count j = 0; j < g.out.width; ++j) {
      Count const top = i * window.stride.height - window.padding.height;
      Count const left = j * window.stride.width - window.padding.width;
      Count const bottom = std::min(top + window.kernel.height, g.in.height);
      Count const right = std::min(left + window.kernel.width, g.in.width);
      for (Count y = std::max<Count>(top, 0); y < bottom; ++y)
        for (Count x = std::max<Count>(left, 0); x < right; ++x)
          f(i * g.out.width + j, y * g.in.width + x);
    }
}

/// f(place) for each element of y.
template <class F>
void for_each_position(PoolingGeometry const& g, F const& f) {
  for (Count plane = 0; plane < g.planes; ++plane)
    for (Count row = 0; row < g.out.height; ++row)
      for (Count column = 0; column < g.out.width; ++column) f({plane, row, column, 0});
}

}  // namespace detail

/// y = the greatest x of each window, padding left out; selection = its flat index in the plane of
/// x, a 32-bit integer: the first one's where several are greatest. What is not a number wins.
struct MaxPooling {
  static constexpr std::string_view name = "reference";
  using operation = steps::MaxPooling;

  struct Prepared {
    Typed<Prepared> compute;
    PoolingGeometry geometry;

    template <class T>
    void run_typed(Arguments arguments) const {
      functors::MaxPooling<T> const pool{arguments.read<T>(0), arguments.write<T>(0),
                                         arguments.write<std::int32_t>(1), geometry};
      detail::for_each_position(geometry,
                                [&](functors::PoolingPlace const& place) { pool.at(place); });
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 2);
    check.equal("selection", shapes.writes[1], shapes.writes[0]);
    return {typed<Prepared>(operation::name, types),
            pooling_geometry(check, what.window, shapes.reads[0], shapes.writes[0])};
  }
};
static_assert(KernelPolicy<MaxPooling, devices::Host>);

/// dx = the sum of dy over the windows that selected the element.
struct MaxPoolingGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::MaxPoolingGradient;

  struct Prepared {
    Typed<Prepared> compute;
    PoolingGeometry geometry;

    template <class T>
    void run_typed(Arguments arguments) const {
      PoolingGeometry const& g = geometry;
      for (Count plane = 0; plane < g.planes; ++plane) {
        T const* dy = arguments.read<T>(0) + plane * g.out_elements();
        std::int32_t const* selection = arguments.read<std::int32_t>(1) + plane * g.out_elements();
        T* dx = arguments.write<T>(0) + plane * g.in_elements();
        std::fill_n(dx, g.in_elements(), T(0));
        for (Count i = 0; i < g.out_elements(); ++i) dx[selection[i]] += dy[i];
      }
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    check.equal("selection", shapes.reads[1], shapes.reads[0]);
    return {typed<Prepared>(operation::name, types),
            pooling_geometry(check, what.window, shapes.writes[0], shapes.reads[0])};
  }
};
static_assert(KernelPolicy<MaxPoolingGradient, devices::Host>);

/// y = sum of x over each window / (kh kw): padding counts as zeros.
struct AveragePooling {
  static constexpr std::string_view name = "reference";
  using operation = steps::AveragePooling;

  struct Prepared {
    Typed<Prepared> compute;
    PoolingGeometry geometry;

    template <class T>
    void run_typed(Arguments arguments) const {
      functors::AveragePooling<T> const pool{arguments.read<T>(0), arguments.write<T>(0), geometry};
      detail::for_each_position(geometry,
                                [&](functors::PoolingPlace const& place) { pool.at(place); });
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    return {typed<Prepared>(operation::name, types),
            pooling_geometry(check, what.window, shapes.reads[0], shapes.writes[0])};
  }
};
static_assert(KernelPolicy<AveragePooling, devices::Host>);

/// dx = the sum of dy over the windows that saw the element / (kh kw).
struct AveragePoolingGradient {
  static constexpr std::string_view name = "reference";
  using operation = steps::AveragePoolingGradient;

  struct Prepared {
    Typed<Prepared> compute;
    PoolingGeometry geometry;

    template <class T>
    void run_typed(Arguments arguments) const {
      PoolingGeometry const& g = geometry;
      T const area = static_cast<T>(g.window.kernel.height * g.window.kernel.width);
      for (Count plane = 0; plane < g.planes; ++plane) {
        T const* dy = arguments.read<T>(0) + plane * g.out_elements();
        T* dx = arguments.write<T>(0) + plane * g.in_elements();
        std::fill_n(dx, g.in_elements(), T(0));
        detail::for_each_in_window(
            g, [&](Count position, Count input) { dx[input] += dy[position] / area; });
      }
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types than float and double
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    return {typed<Prepared>(operation::name, types),
            pooling_geometry(check, what.window, shapes.writes[0], shapes.reads[0])};
  }
};
static_assert(KernelPolicy<AveragePoolingGradient, devices::Host>);

}  // namespace ai500::kernels::reference
