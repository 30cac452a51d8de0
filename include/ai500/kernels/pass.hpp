// SPDX-License-Identifier: Apache-2.0
/// @file The three passes of an operator, as its steps' kernels tell them apart. Forward, a step
/// reads x (and a weight) and writes y; a data gradient reads dy (and the weight) and writes dx; a
/// weight gradient reads x and dy and writes dweight.
#pragma once

#include <ai500/graph/layout.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/graph/steps.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500 {

enum class Pass { forward, data_gradient, weight_gradient };

constexpr Pass pass_of(steps::Convolution const&) { return Pass::forward; }
constexpr Pass pass_of(steps::ConvolutionDataGradient const&) { return Pass::data_gradient; }
constexpr Pass pass_of(steps::ConvolutionFilterGradient const&) { return Pass::weight_gradient; }
constexpr Pass pass_of(steps::FullyConnected const&) { return Pass::forward; }
constexpr Pass pass_of(steps::FullyConnectedDataGradient const&) { return Pass::data_gradient; }
constexpr Pass pass_of(steps::FullyConnectedWeightGradient const&) { return Pass::weight_gradient; }
constexpr Pass pass_of(steps::MaxPooling const&) { return Pass::forward; }
constexpr Pass pass_of(steps::MaxPoolingGradient const&) { return Pass::data_gradient; }
constexpr Pass pass_of(steps::AveragePooling const&) { return Pass::forward; }
constexpr Pass pass_of(steps::AveragePoolingGradient const&) { return Pass::data_gradient; }

/// The shape of x, and of dx.
inline Shape const& x_of(Pass pass, Shapes const& shapes) {
  return pass == Pass::data_gradient ? shapes.writes[0] : shapes.reads[0];
}
/// The shape of y, and of dy.
inline Shape const& y_of(Pass pass, Shapes const& shapes) {
  if (pass == Pass::forward) return shapes.writes[0];
  return pass == Pass::data_gradient ? shapes.reads[0] : shapes.reads[1];
}
/// The shape of the weight, and of dweight.
inline Shape const& weight_of(Pass pass, Shapes const& shapes) {
  return pass == Pass::weight_gradient ? shapes.writes[0] : shapes.reads[1];
}

/// The layout of x, and of dx.
inline Layout x_layout(Pass pass, StepLayouts const& layouts) {
  return pass == Pass::data_gradient ? layouts.write(0) : layouts.read(0);
}
/// The layout of y, and of dy.
inline Layout y_layout(Pass pass, StepLayouts const& layouts) {
  if (pass == Pass::forward) return layouts.write(0);
  return pass == Pass::data_gradient ? layouts.read(0) : layouts.read(1);
}

}  // namespace ai500
