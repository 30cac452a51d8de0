// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of convolution.hpp.
#pragma once

#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/onednn/weight.ipp>
#include <ai500/kernels/reference/convolution.hpp>

namespace ai500::kernels::onednn {

namespace detail {

/// @throws GraphError when the shapes are not those of one convolution
template <class Operation>
void check_convolution(Operation const& what, Shapes const& shapes, Shape const& x,
                       Shape const& weight, Shape const& y) {
  reference::convolution_geometry(what, reference::ShapeCheck(Operation::name, shapes, 2, 1), x,
                                  weight, y);
}

}  // namespace detail

struct Convolution::Prepared::State {
  Engine engine;
  ForwardConvolution primitive;
  Weight weight;
  Memory x, y;
};

void Convolution::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, weight, x, y] = *state;
  point(x, arguments.read<void>(0));
  point(y, arguments.write<void>(0));
  Memory* const w = weight.brought_in(arguments.read<float>(1), engine.stream);
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, &y}});
}

std::vector<StepLayouts> Convolution::layouts(devices::Host&, operation const& what,
                                              Shapes const& shapes, Types types) {
  return built(operation::name, types, [&] {
    auto const chosen = forward_convolution(
        Engine{}, {what.window, what.groups, shapes.reads[1], types},
        any_order(shapes.reads[0], types.compute), any_order(shapes.writes[0], types.compute));
    return std::vector<StepLayouts>{
        {{layout_of(chosen.src_desc(), shapes.reads[0], types.compute), Layout::plain},
         {layout_of(chosen.dst_desc(), shapes.writes[0], types.compute)}}};
  });
}

Convolution::Prepared Convolution::prepare(devices::Host&, operation const& what,
                                           Shapes const& shapes, Types types) {
  detail::check_convolution(what, shapes, shapes.reads[0], shapes.reads[1], shapes.writes[0]);
  return built(operation::name, types, [&] {
    Engine const engine;
    ConvolutionGeometry const geometry(what.window, what.groups, shapes.reads[1], types);
    Descriptor const x = descriptor(shapes.reads[0], shapes.layouts.read(0), types.compute);
    Descriptor const y = descriptor(shapes.writes[0], shapes.layouts.write(0), types.compute);
    auto const chosen = forward_convolution(engine, geometry, x, y);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{engine, ForwardConvolution(chosen),
                        Weight(engine, geometry.plain_weight(), chosen.weights_desc()),
                        elsewhere(x, engine), elsewhere(y, engine)})};
  });
}

struct ConvolutionDataGradient::Prepared::State {
  Engine engine;
  DataConvolution primitive;
  Weight weight;
  Memory dy, dx;
};

void ConvolutionDataGradient::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, weight, dy, dx] = *state;
  point(dy, arguments.read<void>(0));
  point(dx, arguments.write<void>(0));
  Memory* const w = weight.brought_in(arguments.read<float>(1), engine.stream);
  execute(primitive, engine.stream,
          {{DNNL_ARG_DIFF_DST, &dy}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DIFF_SRC, &dx}});
}

std::vector<StepLayouts> ConvolutionDataGradient::layouts(devices::Host&, operation const& what,
                                                          Shapes const& shapes, Types types) {
  return built(operation::name, types, [&] {
    auto const chosen = data_convolution(
        Engine{}, {what.window, what.groups, shapes.reads[1], types},
        any_order(shapes.writes[0], types.compute), any_order(shapes.reads[0], types.compute));
    return std::vector<StepLayouts>{
        {{layout_of(chosen.diff_dst_desc(), shapes.reads[0], types.compute), Layout::plain},
         {layout_of(chosen.diff_src_desc(), shapes.writes[0], types.compute)}}};
  });
}

ConvolutionDataGradient::Prepared ConvolutionDataGradient::prepare(devices::Host&,
                                                                   operation const& what,
                                                                   Shapes const& shapes,
                                                                   Types types) {
  detail::check_convolution(what, shapes, shapes.writes[0], shapes.reads[1], shapes.reads[0]);
  return built(operation::name, types, [&] {
    Engine const engine;
    ConvolutionGeometry const geometry(what.window, what.groups, shapes.reads[1], types);
    Descriptor const dy = descriptor(shapes.reads[0], shapes.layouts.read(0), types.compute);
    Descriptor const dx = descriptor(shapes.writes[0], shapes.layouts.write(0), types.compute);
    auto const chosen = data_convolution(engine, geometry, dx, dy);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{engine, DataConvolution(chosen),
                        Weight(engine, geometry.plain_weight(), chosen.weights_desc()),
                        elsewhere(dy, engine), elsewhere(dx, engine)})};
  });
}

struct ConvolutionFilterGradient::Prepared::State {
  Engine engine;
  FilterConvolution primitive;
  WeightGradient dweight;
  Memory x, dy;
};

void ConvolutionFilterGradient::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, dweight, x, dy] = *state;
  point(x, arguments.read<void>(0));
  point(dy, arguments.read<void>(1));
  Memory* const dw = dweight.to_write(arguments.write<float>(0));
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &x}, {DNNL_ARG_DIFF_DST, &dy}, {DNNL_ARG_DIFF_WEIGHTS, dw}});
  dweight.bring_out(engine.stream);
}

std::vector<StepLayouts> ConvolutionFilterGradient::layouts(devices::Host&, operation const& what,
                                                            Shapes const& shapes, Types types) {
  return built(operation::name, types, [&] {
    auto const chosen = filter_convolution(
        Engine{}, {what.window, what.groups, shapes.writes[0], types},
        any_order(shapes.reads[0], types.compute), any_order(shapes.reads[1], types.compute));
    return std::vector<StepLayouts>{
        {{layout_of(chosen.src_desc(), shapes.reads[0], types.compute),
          layout_of(chosen.diff_dst_desc(), shapes.reads[1], types.compute)},
         {Layout::plain}}};
  });
}

ConvolutionFilterGradient::Prepared ConvolutionFilterGradient::prepare(devices::Host& device,
                                                                       operation const& what,
                                                                       Shapes const& shapes,
                                                                       Types types) {
  detail::check_convolution(what, shapes, shapes.reads[0], shapes.writes[0], shapes.reads[1]);
  return built(operation::name, types, [&] {
    Engine const engine;
    ConvolutionGeometry const geometry(what.window, what.groups, shapes.writes[0], types);
    Descriptor const x = descriptor(shapes.reads[0], shapes.layouts.read(0), types.compute);
    Descriptor const dy = descriptor(shapes.reads[1], shapes.layouts.read(1), types.compute);
    auto const chosen = filter_convolution(engine, geometry, x, dy);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{engine, FilterConvolution(chosen),
                        WeightGradient(device, engine, geometry, chosen.diff_weights_desc()),
                        elsewhere(x, engine), elsewhere(dy, engine)})};
  });
}

}  // namespace ai500::kernels::onednn
