// SPDX-License-Identifier: Apache-2.0
/// @file Poolings on a GPU, in Layout::channels_last.
#pragma once

#include <cstdint>
#include <vector>

#include <ai500/kernels/functors/packs.hpp>
#include <ai500/kernels/functors/pooling.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

/// @throws GraphError when y is not x pooled, or not both are channels last
inline functors::PoolingGeometry channels_last_pooling(ShapeCheck const& check,
                                                       Window const& window, Shapes const& shapes,
                                                       Shape const& x, Shape const& y) {
  Extent const out = window_positions(window, x);
  check.equal("y (or dy)", y, {x.items, x.channels, out.height, out.width});
  require_layouts(check, shapes, all_channels_last(shapes));
  return {x.items, {x.height, x.width}, out, window, x.channels};
}

/// A selection of max pooling is a byte where a pack is moved at once and a window has so few
/// elements; else the functors of single numbers say which element of the plane.
constexpr bool selects_in_bytes(Window const& window) {
  return window.kernel.height * window.kernel.width <= 256;
}

}  // namespace detail

/// y = the greatest x of each window.
template <class Device>
struct MaxPooling {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::MaxPooling;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::PoolingGeometry geometry;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      T const* const x = arguments.read<T>(0);
      T* const y = arguments.write<T>(0);
      if constexpr (lanes == 1)
        device->for_each(geometry.out_numbers(),
                         functors::MaxPooling<T>{x, y, arguments.write<std::int32_t>(1), geometry});
      else
        device->for_each(geometry.out_numbers() / lanes,
                         functors::MaxPoolingOfPacks<T, lanes>{
                             x, y, arguments.write<std::uint8_t>(1), geometry});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 2);
    check.equal("selection", shapes.writes[1], shapes.writes[0]);
    auto const geometry = detail::channels_last_pooling(check, what.window, shapes, shapes.reads[0],
                                                        shapes.writes[0]);
    Count const together = detail::selects_in_bytes(what.window) ? geometry.lanes : 1;
    return {typed_lanes<Prepared>(operation::name, types, together), &device, geometry};
  }
};

/// dx = the sum of dy over the windows that selected the element.
template <class Device>
struct MaxPoolingGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::MaxPoolingGradient;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::PoolingGeometry geometry;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      T const* const dy = arguments.read<T>(0);
      T* const dx = arguments.write<T>(0);
      if constexpr (lanes == 1)
        device->for_each(
            geometry.in_numbers(),
            functors::MaxPoolingGradient<T>{dy, arguments.read<std::int32_t>(1), dx, geometry});
      else
        device->for_each(geometry.in_numbers() / lanes,
                         functors::MaxPoolingGradientOfPacks<T, lanes>{
                             dy, arguments.read<std::uint8_t>(1), dx, geometry});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    check.equal("selection", shapes.reads[1], shapes.reads[0]);
    auto const geometry = detail::channels_last_pooling(check, what.window, shapes,
                                                        shapes.writes[0], shapes.reads[0]);
    Count const together = detail::selects_in_bytes(what.window) ? geometry.lanes : 1;
    return {typed_lanes<Prepared>(operation::name, types, together), &device, geometry};
  }
};

/// y = the sum over each window / (kh kw).
template <class Device>
struct AveragePooling {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::AveragePooling;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::PoolingGeometry geometry;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      T const* const x = arguments.read<T>(0);
      T* const y = arguments.write<T>(0);
      if constexpr (lanes == 1)
        device->for_each(geometry.out_numbers(), functors::AveragePooling<T>{x, y, geometry});
      else
        device->for_each(geometry.out_numbers() / lanes,
                         functors::AveragePoolingOfPacks<T, lanes>{x, y, geometry});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    auto const geometry = detail::channels_last_pooling(check, what.window, shapes, shapes.reads[0],
                                                        shapes.writes[0]);
    return {typed_lanes<Prepared>(operation::name, types, geometry.lanes), &device, geometry};
  }
};

/// dx = the sum of dy over the windows that saw the element / (kh kw).
template <class Device>
struct AveragePoolingGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::AveragePoolingGradient;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::PoolingGeometry geometry;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      T const* const dy = arguments.read<T>(0);
      T* const dx = arguments.write<T>(0);
      if constexpr (lanes == 1)
        device->for_each(geometry.in_numbers(),
                         functors::AveragePoolingGradient<T>{dy, dx, geometry});
      else
        device->for_each(geometry.in_numbers() / lanes,
                         functors::AveragePoolingGradientOfPacks<T, lanes>{dy, dx, geometry});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    auto const geometry = detail::channels_last_pooling(check, what.window, shapes,
                                                        shapes.writes[0], shapes.reads[0]);
    return {typed_lanes<Prepared>(operation::name, types, geometry.lanes), &device, geometry};
  }
};

}  // namespace ai500::kernels::plain_cuda
