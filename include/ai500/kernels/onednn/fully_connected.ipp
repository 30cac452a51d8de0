// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of fully_connected.hpp.
#pragma once

#include <algorithm>

#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/fully_connected.hpp>
#include <ai500/kernels/reference/shape_check.hpp>

namespace ai500::kernels::onednn {

namespace detail {

/// @throws GraphError naming the step and the shapes
inline FullyConnectedGeometry fully_connected_geometry(std::string_view step, Shapes const& shapes,
                                                       Shape const& x, Shape const& weight,
                                                       Shape const& y) {
  reference::ShapeCheck const check(step, shapes, shapes.reads.size(), shapes.writes.size());
  check.require(weight.item_elements() == x.item_elements(),
                "the weight must be (outputs, inputs)");
  check.equal("y (or dy)", y, {.items = x.items, .channels = weight.items});
  return {x.items, x.item_elements(), weight.items};
}

/// c (m, n) = a (m, k) b (k, n) + beta c, row-major; a or b may be stored transposed ('T').
inline void sgemm(char a_stored, char b_stored, Count m, Count n, Count k, float const* a,
                  float const* b, float beta, float* c) {
  check(dnnl_sgemm(a_stored, b_stored, m, n, k, 1.0f, a, a_stored == 'N' ? k : m, b,
                   b_stored == 'N' ? n : k, beta, c, n),
        "dnnl_sgemm");
}

}  // namespace detail

void FullyConnected::Prepared::run(Arguments arguments) {
  float const* bias = arguments.read<float>(2);
  float* y = arguments.write<float>(0);
  for (Count item = 0; item < g.items; ++item)
    std::copy(bias, bias + g.outputs, y + item * g.outputs);
  detail::sgemm('N', 'T', g.items, g.outputs, g.inputs, arguments.read<float>(0),
                arguments.read<float>(1), 1, y);
}

FullyConnected::Prepared FullyConnected::prepare(devices::Host&, operation const&,
                                                 Shapes const& shapes, Types) {
  return {detail::fully_connected_geometry(operation::name, shapes, shapes.reads[0],
                                           shapes.reads[1], shapes.writes[0])};
}

void FullyConnectedDataGradient::Prepared::run(Arguments arguments) {
  detail::sgemm('N', 'N', g.items, g.inputs, g.outputs, arguments.read<float>(0),
                arguments.read<float>(1), 0, arguments.write<float>(0));
}

FullyConnectedDataGradient::Prepared FullyConnectedDataGradient::prepare(devices::Host&,
                                                                         operation const&,
                                                                         Shapes const& shapes,
                                                                         Types) {
  return {detail::fully_connected_geometry(operation::name, shapes, shapes.writes[0],
                                           shapes.reads[1], shapes.reads[0])};
}

void FullyConnectedWeightGradient::Prepared::run(Arguments arguments) {
  float const* dy = arguments.read<float>(1);
  float* dbias = arguments.write<float>(1);
  detail::sgemm('T', 'N', g.outputs, g.inputs, g.items, dy, arguments.read<float>(0), 0,
                arguments.write<float>(0));
  for (Count output = 0; output < g.outputs; ++output) {
    double sum = 0;
    for (Count item = 0; item < g.items; ++item)
      sum += static_cast<double>(dy[item * g.outputs + output]);
    dbias[output] = static_cast<float>(sum);
  }
}

FullyConnectedWeightGradient::Prepared FullyConnectedWeightGradient::prepare(devices::Host&,
                                                                             operation const&,
                                                                             Shapes const& shapes,
                                                                             Types) {
  return {detail::fully_connected_geometry(operation::name, shapes, shapes.reads[0],
                                           shapes.writes[0], shapes.reads[1])};
}

}  // namespace ai500::kernels::onednn
