// SPDX-License-Identifier: Apache-2.0
/// @file Poolings on a GPU, in Layout::channels_last.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ai500/kernels/functors/pooling.hpp>
#include <ai500/kernels/functors/pooling_packs.hpp>
#include <ai500/kernels/pass.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

/// Where the selection of a pooling stands among what its step reads, or writes.
enum class Selection { none, written, read };

/// A pooling, forward or backward. A selection is a byte where a pack is moved at once and a window
/// has so few elements that a byte tells them apart; else it is an element of the plane, as the
/// functors of single numbers have it.
template <class Operation, Selection selection, template <class> class OfNumbers,
          template <class, int> class OfPacks, class Device>
struct Pooling {
  static constexpr std::string_view name = "plain cuda";
  using operation = Operation;
  static constexpr Pass pass = pass_of(operation{});

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::PoolingGeometry geometry;

    template <class T, int lanes>
    void run_typed(Arguments arguments) const {
      using Functor = OfLanes<OfNumbers, OfPacks, T, lanes>;
      using Selected = std::conditional_t<lanes == 1, std::int32_t, std::uint8_t>;
      T const* const from = arguments.read<T>(0);
      T* const to = arguments.write<T>(0);
      Count const packs =
          (pass == Pass::forward ? geometry.out_numbers() : geometry.in_numbers()) / lanes;
      if constexpr (selection == Selection::none)
        device->for_each(packs, Functor{from, to, geometry});
      if constexpr (selection == Selection::written)
        device->for_each(packs, Functor{from, to, arguments.write<Selected>(1), geometry});
      if constexpr (selection == Selection::read)
        device->for_each(packs, Functor{from, arguments.read<Selected>(1), to, geometry});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, selection == Selection::read ? 2 : 1,
                           selection == Selection::written ? 2 : 1);
    Window const& window = what.window;
    Shape const &x = x_of(pass, shapes), &y = y_of(pass, shapes);
    Extent const out = window_positions(window, x);
    check.equal("y (or dy)", y, {x.items, x.channels, out.height, out.width});
    if (selection == Selection::read) check.equal("selection", shapes.reads[1], y);
    if (selection == Selection::written) check.equal("selection", shapes.writes[1], y);
    require_layouts(check, shapes, all_channels_last(shapes));
    bool const fits_in_bytes =
        selection == Selection::none || window.kernel.height * window.kernel.width <= 256;
    return {typed_lanes<Prepared>(operation::name, types, fits_in_bytes ? x.channels : 1),
            &device,
            {x.items, {x.height, x.width}, out, window, x.channels}};
  }
};

/// y = the greatest x of each window
template <class Device>
using MaxPooling = Pooling<steps::MaxPooling, Selection::written, functors::MaxPooling,
                           functors::MaxPoolingOfPacks, Device>;
/// dx = the sum of dy over the windows that selected the element
template <class Device>
using MaxPoolingGradient =
    Pooling<steps::MaxPoolingGradient, Selection::read, functors::MaxPoolingGradient,
            functors::MaxPoolingGradientOfPacks, Device>;
/// y = the sum over each window / (kh kw)
template <class Device>
using AveragePooling = Pooling<steps::AveragePooling, Selection::none, functors::AveragePooling,
                               functors::AveragePoolingOfPacks, Device>;
/// dx = the sum of dy over the windows that saw the element / (kh kw)
template <class Device>
using AveragePoolingGradient =
    Pooling<steps::AveragePoolingGradient, Selection::none, functors::AveragePoolingGradient,
            functors::AveragePoolingGradientOfPacks, Device>;

}  // namespace ai500::kernels::plain_cuda
