// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of fully_connected.hpp.
#pragma once

#include <ai500/core/half.hpp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/fully_connected.hpp>
#include <ai500/kernels/onednn/weight.ipp>
#include <ai500/kernels/reference/shape_check.hpp>

namespace ai500::kernels::onednn::native {

namespace detail {

/// The extents of a fully connected layer and its matrices in oneDNN's words.
struct FullyConnectedGeometry {
  Count items, inputs, outputs;
  Types types;

  using Order = Memory::format_tag;

  Descriptor x() const { return matrix(items, inputs, types.compute, Order::ab); }
  Descriptor y() const { return matrix(items, outputs, types.compute, Order::ab); }
  Descriptor y_transposed() const { return matrix(outputs, items, types.compute, Order::ba); }
  Descriptor bias() const { return matrix(1, outputs, types.accumulate, Order::ab); }

  /// (outputs, inputs), outside.
  Descriptor weight() const { return matrix(outputs, inputs, types.accumulate, Order::ab); }
  Descriptor weight_transposed() const {
    return matrix(inputs, outputs, types.accumulate, Order::ba);
  }
  /// What a product takes for `outside`: itself, or in another type, then in any order.
  Descriptor inside(Descriptor const& outside, Count rows, Count columns) const {
    if (types.compute == types.accumulate) return outside;
    return matrix(rows, columns, types.compute, Order::any);
  }
};

/// @throws GraphError naming the step and the shapes
inline FullyConnectedGeometry fully_connected_geometry(std::string_view step, Shapes const& shapes,
                                                       Shape const& x, Shape const& weight,
                                                       Shape const& y, Types types) {
  reference::ShapeCheck const check(step, shapes, shapes.reads.size(), shapes.writes.size());
  check.require(weight.item_elements() == x.item_elements(),
                "the weight must be (outputs, inputs)");
  check.equal("y (or dy)", y, {.items = x.items, .channels = weight.items});
  return {x.items, x.item_elements(), weight.items, types};
}

/// sums (columns) = the sum over the rows, in double.
template <class T>
void sum_rows(T const* numbers, Count rows, Count columns, float* sums) {
  for (Count column = 0; column < columns; ++column) {
    double sum = 0;
    for (Count row = 0; row < rows; ++row)
      sum += static_cast<double>(numbers[row * columns + column]);
    sums[column] = static_cast<float>(sum);
  }
}

}  // namespace detail

struct FullyConnected::Prepared::State {
  Engine engine;
  Product primitive;
  Weight weight;
  Memory x, bias, y;
};

void FullyConnected::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, weight, x, bias, y] = *state;
  point(x, arguments.read<void>(0));
  point(bias, arguments.read<void>(2));
  point(y, arguments.write<void>(0));
  Memory* const w = weight.brought_in(arguments.read<float>(1), engine.stream);
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_BIAS, &bias}, {DNNL_ARG_DST, &y}});
}

FullyConnected::Prepared FullyConnected::prepare(devices::Host&, operation const&,
                                                 Shapes const& shapes, Types types) {
  auto const g = detail::fully_connected_geometry(operation::name, shapes, shapes.reads[0],
                                                  shapes.reads[1], shapes.writes[0], types);
  return built(operation::name, types, [&] {
    Engine const engine;
    Descriptor const plain = g.weight_transposed();
    auto const chosen =
        product(engine, g.x(), g.inside(plain, g.inputs, g.outputs), g.bias(), g.y());
    return Prepared{std::make_shared<Prepared::State>(Prepared::State{
        engine, Product(chosen), Weight(engine, plain, chosen.weights_desc()),
        elsewhere(g.x(), engine), elsewhere(g.bias(), engine), elsewhere(g.y(), engine)})};
  });
}

struct FullyConnectedDataGradient::Prepared::State {
  Engine engine;
  Product primitive;
  Weight weight;
  Memory dy, dx;
};

void FullyConnectedDataGradient::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, weight, dy, dx] = *state;
  point(dy, arguments.read<void>(0));
  point(dx, arguments.write<void>(0));
  Memory* const w = weight.brought_in(arguments.read<float>(1), engine.stream);
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &dy}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, &dx}});
}

FullyConnectedDataGradient::Prepared FullyConnectedDataGradient::prepare(devices::Host&,
                                                                         operation const&,
                                                                         Shapes const& shapes,
                                                                         Types types) {
  auto const g = detail::fully_connected_geometry(operation::name, shapes, shapes.writes[0],
                                                  shapes.reads[1], shapes.reads[0], types);
  return built(operation::name, types, [&] {
    Engine const engine;
    auto const chosen =
        product(engine, g.y(), g.inside(g.weight(), g.outputs, g.inputs), {}, g.x());
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{engine, Product(chosen), Weight(engine, g.weight(), chosen.weights_desc()),
                        elsewhere(g.y(), engine), elsewhere(g.x(), engine)})};
  });
}

struct FullyConnectedWeightGradient::Prepared::State {
  detail::FullyConnectedGeometry g;
  Engine engine;
  Product primitive;
  Memory dy, x, dweight;
};

void FullyConnectedWeightGradient::Prepared::run(Arguments arguments) {
  auto& [g, engine, primitive, dy, x, dweight] = *state;
  point(dy, arguments.read<void>(1));
  point(x, arguments.read<void>(0));
  point(dweight, arguments.write<void>(0));
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &dy}, {DNNL_ARG_WEIGHTS, &x}, {DNNL_ARG_DST, &dweight}});
  float* const dbias = arguments.write<float>(1);
  if (g.types.compute == NumberType::bfloat16)
    detail::sum_rows(arguments.read<bfloat16>(1), g.items, g.outputs, dbias);
  else
    detail::sum_rows(arguments.read<float>(1), g.items, g.outputs, dbias);
}

FullyConnectedWeightGradient::Prepared FullyConnectedWeightGradient::prepare(devices::Host&,
                                                                             operation const&,
                                                                             Shapes const& shapes,
                                                                             Types types) {
  auto const g = detail::fully_connected_geometry(operation::name, shapes, shapes.reads[0],
                                                  shapes.writes[0], shapes.reads[1], types);
  return built(operation::name, types, [&] {
    Engine const engine;
    auto const chosen = product(engine, g.y_transposed(), g.x(), {}, g.weight());
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{g, engine, Product(chosen), elsewhere(g.y_transposed(), engine),
                        elsewhere(g.x(), engine), elsewhere(g.weight(), engine)})};
  });
}

}  // namespace ai500::kernels::onednn::native
