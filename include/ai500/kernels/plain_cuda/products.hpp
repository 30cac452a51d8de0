// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions and fully connected layers on a GPU by kernels of our own, for any type,
/// shape and architecture: simple, without tensor cores. Weights are read in the compute type,
/// filters as (c', kh, kw, c / groups); their gradients are written in float, plain.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/functors/convolution.hpp>
#include <ai500/kernels/functors/fully_connected.hpp>
#include <ai500/kernels/functors/product.hpp>
#include <ai500/kernels/pass.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

template <class Operation>
concept SlidesAWindow = requires(Operation what) {
  what.window;
};

/// Images and filters channels last; gradients of filters are plain.
template <SlidesAWindow Operation>
StepLayouts layouts_of(Shapes const& shapes) {
  StepLayouts layouts = all_channels_last(shapes);
  if (pass_of(Operation{}) == Pass::weight_gradient) layouts.writes = {Layout::plain};
  return layouts;
}

/// @throws GraphError when shapes or layouts are not those of one convolution
template <SlidesAWindow Operation>
functors::ConvolutionShape extents_of(Operation const& what, ShapeCheck const& check,
                                      Shapes const& shapes) {
  constexpr Pass pass = pass_of(Operation{});
  Shape const &x = x_of(pass, shapes), &weight = weight_of(pass, shapes);
  Count const groups = what.groups;
  check.require(groups >= 1 && x.channels % groups == 0 && weight.items % groups == 0,
                std::to_string(groups) + " groups must divide the channels in and out");
  Window const& window = what.window;
  check.equal("weight", weight,
              {weight.items, x.channels / groups, window.kernel.height, window.kernel.width});
  Extent const out = window_positions(window, x);
  check.equal("y (or dy)", y_of(pass, shapes), {x.items, weight.items, out.height, out.width});
  require_layouts(check, shapes, layouts_of<Operation>(shapes));
  return {x.items, x.channels / groups, weight.items / groups, groups, {x.height, x.width}, out,
          window};
}

/// @throws GraphError when the shapes are not those of one fully connected layer, or not plain
template <class Operation>
functors::FullyConnectedShape extents_of(Operation const&, ShapeCheck const& check,
                                         Shapes const& shapes) {
  constexpr Pass pass = pass_of(Operation{});
  Shape const &x = x_of(pass, shapes), &weight = weight_of(pass, shapes);
  check.equal("weight", weight, {.items = weight.items, .channels = x.item_elements()});
  check.equal("y (or dy)", y_of(pass, shapes), {.items = x.items, .channels = weight.items});
  require_layouts(check, shapes, {});
  if (pass == Pass::forward) check.equal("bias", shapes.reads[2], {.items = weight.items});
  if (pass == Pass::weight_gradient)
    check.equal("dbias", shapes.writes[1], {.items = weight.items});
  return {x.items, x.item_elements(), weight.items};
}

/// ConvolutionShape or FullyConnectedShape.
template <class Operation>
using Extents =
    decltype(extents_of(std::declval<Operation const&>(), std::declval<ShapeCheck const&>(),
                        std::declval<Shapes const&>()));

template <class Device, class Factors>
void multiply(Device& device, Factors const& factors) {
  functors::Product<Factors> const product{factors};
  device.for_each_block(product.blocks(), product);
}

}  // namespace detail

/// A step that is one product of matrices: a forward pass or a data gradient.
template <class Operation, std::size_t reads, template <class> class Factors, class Device>
struct MatrixProduct {
  static constexpr std::string_view name = "plain cuda";
  using operation = Operation;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    detail::Extents<operation> extents;

    template <class T>
    void run_typed(Arguments arguments) const {
      detail::multiply(*device, functor_of<Factors<T>, reads, T>(arguments, extents));
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes,
                                          Types) requires detail::SlidesAWindow<operation> {
    return {detail::layouts_of<operation>(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, reads, 1);
    return {typed<Prepared>(operation::name, types), &device,
            detail::extents_of(what, check, shapes)};
  }
};

/// y[n, f, i, j] = sum over c, u, v of weight[f, c, u, v] x[n, c, i s + u - p, j s + v - p]
template <class Device>
using Convolution = MatrixProduct<steps::Convolution, 2, functors::ConvolutionFactors, Device>;
/// dx: each pixel gathers from the windows that saw it.
template <class Device>
using ConvolutionDataGradient = MatrixProduct<steps::ConvolutionDataGradient, 2,
                                              functors::ConvolutionDataGradientFactors, Device>;
/// y = x weight^T + bias
template <class Device>
using FullyConnected =
    MatrixProduct<steps::FullyConnected, 3, functors::FullyConnectedFactors, Device>;
/// dx = dy weight
template <class Device>
using FullyConnectedDataGradient =
    MatrixProduct<steps::FullyConnectedDataGradient, 2, functors::FullyConnectedDataGradientFactors,
                  Device>;

/// dweight, in float and plain. The pixels are cut into parts, so that there are enough blocks and
/// no sum is long; the parts are then summed in their order.
template <class Device>
struct ConvolutionFilterGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::ConvolutionFilterGradient;

  static constexpr Count most_parts = 64;
  static constexpr Count least_pixels = 1024;  ///< of a part

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::ConvolutionShape extents;
    Count parts;
    Buffer<float, Device> partial;  // (parts, c', c / groups, kh, kw); none for one part

    template <class T>
    void run_typed(Arguments arguments) {
      float* const dweight = arguments.write<float>(0);
      functors::ConvolutionFilterGradientFactors<T> const factors{
          arguments.read<T>(0), arguments.read<T>(1), parts > 1 ? partial.data() : dweight, extents,
          parts};
      detail::multiply(*device, factors);
      if (parts > 1)
        device->for_each(factors.elements(),
                         functors::SummedParts{partial.data(), dweight, parts, factors.elements()});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {detail::layouts_of<operation>(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    auto const extents = detail::extents_of(what, check, shapes);
    Count const parts = std::clamp<Count>(extents.out_pixels() / least_pixels, 1, most_parts);
    auto const compute = typed<Prepared>(operation::name, types);
    Count const elements = parts > 1 ? parts * shapes.writes[0].elements() : 0;
    return {compute, &device, extents, parts, {device, elements}};
  }
};

/// dweight = dy^T x, dbias = the sum of dy's rows; both in float.
template <class Device>
struct FullyConnectedWeightGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::FullyConnectedWeightGradient;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::FullyConnectedShape extents;

    template <class T>
    void run_typed(Arguments arguments) const {
      using Factors = functors::FullyConnectedWeightGradientFactors<T>;
      detail::multiply(*device, functor_of<Factors, 2, T, float>(arguments, extents));
      device->for_each(
          extents.outputs,
          functors::BiasGradient<T>{arguments.read<T>(1), arguments.write<float>(1), extents});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 2);
    return {typed<Prepared>(operation::name, types), &device,
            detail::extents_of(what, check, shapes)};
  }
};

}  // namespace ai500::kernels::plain_cuda
