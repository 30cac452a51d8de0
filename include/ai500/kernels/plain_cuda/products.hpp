// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions and fully connected layers on a GPU by kernels of our own, for any type,
/// shape and architecture: simple, without tensor cores. Weights are read in the compute type,
/// filters as (c', kh, kw, c / groups); their gradients are written in float, plain.
#pragma once

#include <algorithm>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/functors/products.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

/// Images and filters channels last; gradients of filters are plain.
template <class Operation>
StepLayouts convolution_layouts(Shapes const& shapes) {
  StepLayouts layouts = all_channels_last(shapes);
  if constexpr (std::is_same_v<Operation, steps::ConvolutionFilterGradient>)
    layouts.writes = {Layout::plain};
  return layouts;
}

/// @throws GraphError when shapes or layouts are not those of one convolution
template <class Operation>
functors::ConvolutionShape convolution_shape(Operation const& what, Shapes const& shapes,
                                             ShapeCheck const& check, Shape const& x,
                                             Shape const& weight, Shape const& y) {
  Count const groups = what.groups;
  check.require(groups >= 1 && x.channels % groups == 0 && weight.items % groups == 0,
                std::to_string(groups) + " groups must divide the channels in and out");
  Window const& window = what.window;
  check.equal("weight", weight,
              {weight.items, x.channels / groups, window.kernel.height, window.kernel.width});
  Extent const out = window_positions(window, x);
  check.equal("y (or dy)", y, {x.items, weight.items, out.height, out.width});
  require_layouts(check, shapes, convolution_layouts<Operation>(shapes));
  return {x.items, x.channels / groups, weight.items / groups, groups, {x.height, x.width}, out,
          window};
}

template <class Device, class Factors>
void multiply(Device& device, Factors const& factors) {
  functors::Product<Factors> const product{factors};
  device.for_each_block(product.blocks(), product);
}

}  // namespace detail

/// y[n, f, i, j] = sum over c, u, v of weight[f, c, u, v] x[n, c, i s + u - p, j s + v - p]
template <class Device>
struct Convolution {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::Convolution;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::ConvolutionShape shape;

    template <class T>
    void run_typed(Arguments arguments) const {
      detail::multiply(*device,
                       functors::ConvolutionFactors<T>{arguments.read<T>(0), arguments.read<T>(1),
                                                       arguments.write<T>(0), shape});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {detail::convolution_layouts<operation>(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    return {typed<Prepared>(operation::name, types), &device,
            detail::convolution_shape(what, shapes, check, shapes.reads[0], shapes.reads[1],
                                      shapes.writes[0])};
  }
};

/// dx: each pixel gathers from the windows that saw it.
template <class Device>
struct ConvolutionDataGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::ConvolutionDataGradient;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::ConvolutionShape shape;

    template <class T>
    void run_typed(Arguments arguments) const {
      detail::multiply(
          *device, functors::ConvolutionDataGradientFactors<T>{
                       arguments.read<T>(0), arguments.read<T>(1), arguments.write<T>(0), shape});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {detail::convolution_layouts<operation>(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    return {typed<Prepared>(operation::name, types), &device,
            detail::convolution_shape(what, shapes, check, shapes.writes[0], shapes.reads[1],
                                      shapes.reads[0])};
  }
};

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
    functors::ConvolutionShape shape;
    Count parts;
    Buffer<float, Device> partial;  // (parts, c', c / groups, kh, kw); none for one part

    template <class T>
    void run_typed(Arguments arguments) {
      float* const dweight = arguments.write<float>(0);
      functors::ConvolutionFilterGradientFactors<T> const factors{
          arguments.read<T>(0), arguments.read<T>(1), parts > 1 ? partial.data() : dweight, shape,
          parts};
      detail::multiply(*device, factors);
      if (parts > 1)
        device->for_each(factors.elements(),
                         functors::SummedParts{partial.data(), dweight, parts, factors.elements()});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {detail::convolution_layouts<operation>(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    auto const shape = detail::convolution_shape(what, shapes, check, shapes.reads[0],
                                                 shapes.writes[0], shapes.reads[1]);
    Count const parts = std::clamp<Count>(shape.out_pixels() / least_pixels, 1, most_parts);
    auto const compute = typed<Prepared>(operation::name, types);
    Count const elements = parts > 1 ? parts * shapes.writes[0].elements() : 0;
    return {compute, &device, shape, parts, {device, elements}};
  }
};

namespace detail {

/// @throws GraphError when the shapes are not those of one fully connected layer, or not plain
inline functors::FullyConnectedShape fully_connected_shape(ShapeCheck const& check,
                                                           Shapes const& shapes, Shape const& x,
                                                           Shape const& weight, Shape const& y) {
  check.equal("weight", weight, {.items = weight.items, .channels = x.item_elements()});
  check.equal("y (or dy)", y, {.items = x.items, .channels = weight.items});
  require_layouts(check, shapes, {});
  return {x.items, x.item_elements(), weight.items};
}

}  // namespace detail

/// y = x weight^T + bias
template <class Device>
struct FullyConnected {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::FullyConnected;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::FullyConnectedShape shape;

    template <class T>
    void run_typed(Arguments arguments) const {
      detail::multiply(*device, functors::FullyConnectedFactors<T>{
                                    arguments.read<T>(0), arguments.read<T>(1),
                                    arguments.read<T>(2), arguments.write<T>(0), shape});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 3, 1);
    auto const shape = detail::fully_connected_shape(check, shapes, shapes.reads[0],
                                                     shapes.reads[1], shapes.writes[0]);
    check.equal("bias", shapes.reads[2], {.items = shape.outputs});
    return {typed<Prepared>(operation::name, types), &device, shape};
  }
};

/// dx = dy weight
template <class Device>
struct FullyConnectedDataGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::FullyConnectedDataGradient;

  struct Prepared {
    Typed<Prepared> compute;
    Device* device;
    functors::FullyConnectedShape shape;

    template <class T>
    void run_typed(Arguments arguments) const {
      detail::multiply(
          *device, functors::FullyConnectedDataGradientFactors<T>{
                       arguments.read<T>(0), arguments.read<T>(1), arguments.write<T>(0), shape});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    return {typed<Prepared>(operation::name, types), &device,
            detail::fully_connected_shape(check, shapes, shapes.writes[0], shapes.reads[1],
                                          shapes.reads[0])};
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
    functors::FullyConnectedShape shape;

    template <class T>
    void run_typed(Arguments arguments) const {
      T const* const dy = arguments.read<T>(1);
      detail::multiply(*device, functors::FullyConnectedWeightGradientFactors<T>{
                                    arguments.read<T>(0), dy, arguments.write<float>(0), shape});
      device->for_each(shape.outputs,
                       functors::BiasGradient<T>{dy, arguments.write<float>(1), shape});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 2);
    auto const shape = detail::fully_connected_shape(check, shapes, shapes.reads[0],
                                                     shapes.writes[0], shapes.reads[1]);
    check.equal("dbias", shapes.writes[1], {.items = shape.outputs});
    return {typed<Prepared>(operation::name, types), &device, shape};
  }
};

}  // namespace ai500::kernels::plain_cuda
