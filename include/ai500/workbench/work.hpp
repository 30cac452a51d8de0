// SPDX-License-Identifier: Apache-2.0
/// @file How much work a step is, so that its time becomes a rate. Pure; text is in tables.ipp.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include <ai500/kernels/policy.hpp>

namespace ai500::workbench {

namespace detail {
template <class Operation, class... T>
inline constexpr bool one_of = (std::is_same_v<Operation, T> || ...);
}  // namespace detail

/// A step of a layer with a weight: its work is multiply-adds.
template <class Operation>
concept MultipliesMatrices =
    detail::one_of<Operation, steps::Convolution, steps::ConvolutionDataGradient,
                   steps::ConvolutionFilterGradient, steps::FullyConnected,
                   steps::FullyConnectedDataGradient, steps::FullyConnectedWeightGradient>;

/// A step that the workbench can check and time: it reads and writes numbers of the precision, any
/// numbers will do, and nothing is written where it is read.
template <class Operation>
concept Measurable = MultipliesMatrices<Operation> ||
    detail::one_of<Operation, steps::Relu, steps::ReluGradient, steps::Add, steps::SumGradients,
                   steps::AveragePooling, steps::AveragePoolingGradient>;

/// A layer with a weight: x and y (or their gradients), and the weight (or its gradient).
struct Layer {
  Shape x;
  Shape weight;
  Shape y;
};

/// The layer that one of its three steps belongs to.
template <MultipliesMatrices Operation>
Layer layer(Operation const&, Shapes const& shapes) {
  auto const& reads = shapes.reads;
  auto const& writes = shapes.writes;
  if constexpr (detail::one_of<Operation, steps::Convolution, steps::FullyConnected>)
    return {reads[0], reads[1], writes[0]};
  else if constexpr (detail::one_of<Operation, steps::ConvolutionDataGradient,
                                    steps::FullyConnectedDataGradient>)
    return {writes[0], reads[1], reads[0]};
  else
    return {reads[0], writes[0], reads[1]};
}

/// The same step on another number of images.
template <Measurable Operation>
Shapes with_batch(Operation const&, Shapes shapes, Count batch) {
  if constexpr (detail::one_of<Operation, steps::ConvolutionFilterGradient,
                               steps::FullyConnectedWeightGradient>) {
    shapes.reads[0].items = shapes.reads[1].items = batch;
  } else if constexpr (MultipliesMatrices<Operation>) {
    shapes.reads[0].items = shapes.writes[0].items = batch;
  } else {
    for (Shape& shape : shapes.reads) shape.items = batch;
    for (Shape& shape : shapes.writes) shape.items = batch;
  }
  return shapes;
}

/// FLOPs, or bytes read and written where a step has next to no arithmetic.
struct Work {
  double amount = 0;
  std::string_view unit;  ///< of amount / 1e9 / seconds
};

/// Two FLOPs a multiply-add (convolutions by Table 3; a rate of a fully connected layer counts its
/// additions, too), else the bytes of all values, each once.
/// @param number bytes of one
template <Measurable Operation>
Work work(Operation const& what, Shapes const& shapes, std::size_t number = sizeof(float)) {
  if constexpr (MultipliesMatrices<Operation>) {
    Layer const of = layer(what, shapes);
    return {2.0 * static_cast<double>(of.y.elements() * of.weight.item_elements()), "GFLOP/s"};
  } else {
    Count elements = 0;
    for (Shape const& shape : shapes.reads) elements += shape.elements();
    for (Shape const& shape : shapes.writes) elements += shape.elements();
    return {static_cast<double>(elements) * static_cast<double>(number), "GB/s"};
  }
}

/// "64x56x56 * 3x3/2 -> 128x28x28": what one image's values are, and the window with its stride.
std::string convolution_text(Layer const& of, Window const& window, Count groups);
/// "2048 -> 1000"
std::string fully_connected_text(Layer const& of);
/// "64x56x56"
std::string item_text(Shape const& shape);

/// A step's shapes in one short text, without the batch.
template <Measurable Operation>
std::string shape_text(Operation const& what, Shapes const& shapes) {
  if constexpr (requires { what.groups; })
    return convolution_text(layer(what, shapes), what.window, what.groups);
  else if constexpr (MultipliesMatrices<Operation>)
    return fully_connected_text(layer(what, shapes));
  else
    return item_text(shapes.reads[0]) + " -> " + item_text(shapes.writes[0]);
}

}  // namespace ai500::workbench
