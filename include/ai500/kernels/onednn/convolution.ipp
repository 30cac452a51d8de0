// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of convolution.hpp.
#pragma once

#include <ai500/kernels/onednn/convolution.hpp>

namespace ai500::kernels::onednn {

void Convolution::Prepared::run(Arguments arguments) {
  point(x, arguments.read<float>(0));
  point(y, arguments.write<float>(0));
  Memory* const w = weight.brought_in(arguments.read<float>(1), engine.stream);
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, &y}});
}

std::vector<StepLayouts> Convolution::layouts(devices::Host&, operation const& what,
                                              Shapes const& shapes, Types) {
  return built(operation::name, [&] {
    auto const chosen =
        forward_convolution(Engine{}, {what.window, what.groups, shapes.reads[1]},
                            any_order(shapes.reads[0]), any_order(shapes.writes[0]));
    return std::vector<StepLayouts>{{{layout_of(chosen.src_desc(), shapes.reads[0]), Layout::plain},
                                     {layout_of(chosen.dst_desc(), shapes.writes[0])}}};
  });
}

Convolution::Prepared Convolution::prepare(devices::Host&, operation const& what,
                                           Shapes const& shapes, Types) {
  return built(operation::name, [&] {
    Engine const engine;
    ConvolutionGeometry const geometry(what.window, what.groups, shapes.reads[1]);
    Descriptor const x = descriptor(shapes.reads[0], shapes.layouts.read(0));
    Descriptor const y = descriptor(shapes.writes[0], shapes.layouts.write(0));
    auto const chosen = forward_convolution(engine, geometry, x, y);
    return Prepared{engine, ForwardConvolution(chosen),
                    Weight(engine, geometry.plain_weight(), chosen.weights_desc()),
                    elsewhere(x, engine), elsewhere(y, engine)};
  });
}

void ConvolutionDataGradient::Prepared::run(Arguments arguments) {
  point(dy, arguments.read<float>(0));
  point(dx, arguments.write<float>(0));
  Memory* const w = weight.brought_in(arguments.read<float>(1), engine.stream);
  execute(primitive, engine.stream,
          {{DNNL_ARG_DIFF_DST, &dy}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DIFF_SRC, &dx}});
}

std::vector<StepLayouts> ConvolutionDataGradient::layouts(devices::Host&, operation const& what,
                                                          Shapes const& shapes, Types) {
  return built(operation::name, [&] {
    auto const chosen = data_convolution(Engine{}, {what.window, what.groups, shapes.reads[1]},
                                         any_order(shapes.writes[0]), any_order(shapes.reads[0]));
    return std::vector<StepLayouts>{
        {{layout_of(chosen.diff_dst_desc(), shapes.reads[0]), Layout::plain},
         {layout_of(chosen.diff_src_desc(), shapes.writes[0])}}};
  });
}

ConvolutionDataGradient::Prepared ConvolutionDataGradient::prepare(devices::Host&,
                                                                   operation const& what,
                                                                   Shapes const& shapes, Types) {
  return built(operation::name, [&] {
    Engine const engine;
    ConvolutionGeometry const geometry(what.window, what.groups, shapes.reads[1]);
    Descriptor const dy = descriptor(shapes.reads[0], shapes.layouts.read(0));
    Descriptor const dx = descriptor(shapes.writes[0], shapes.layouts.write(0));
    auto const chosen = data_convolution(engine, geometry, dx, dy);
    return Prepared{engine, DataConvolution(chosen),
                    Weight(engine, geometry.plain_weight(), chosen.weights_desc()),
                    elsewhere(dy, engine), elsewhere(dx, engine)};
  });
}

void ConvolutionFilterGradient::Prepared::run(Arguments arguments) {
  point(x, arguments.read<float>(0));
  point(dy, arguments.read<float>(1));
  Memory* const dw = dweight.to_write(arguments.write<float>(0));
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &x}, {DNNL_ARG_DIFF_DST, &dy}, {DNNL_ARG_DIFF_WEIGHTS, dw}});
  dweight.bring_out(engine.stream);
}

std::vector<StepLayouts> ConvolutionFilterGradient::layouts(devices::Host&, operation const& what,
                                                            Shapes const& shapes, Types) {
  return built(operation::name, [&] {
    auto const chosen = filter_convolution(Engine{}, {what.window, what.groups, shapes.writes[0]},
                                           any_order(shapes.reads[0]), any_order(shapes.reads[1]));
    return std::vector<StepLayouts>{{{layout_of(chosen.src_desc(), shapes.reads[0]),
                                      layout_of(chosen.diff_dst_desc(), shapes.reads[1])},
                                     {Layout::plain}}};
  });
}

ConvolutionFilterGradient::Prepared ConvolutionFilterGradient::prepare(devices::Host&,
                                                                       operation const& what,
                                                                       Shapes const& shapes,
                                                                       Types) {
  return built(operation::name, [&] {
    Engine const engine;
    ConvolutionGeometry const geometry(what.window, what.groups, shapes.writes[0]);
    Descriptor const x = descriptor(shapes.reads[0], shapes.layouts.read(0));
    Descriptor const dy = descriptor(shapes.reads[1], shapes.layouts.read(1));
    auto const chosen = filter_convolution(engine, geometry, x, dy);
    return Prepared{engine, FilterConvolution(chosen),
                    Weight(engine, geometry.plain_weight(), chosen.diff_weights_desc()),
                    elsewhere(x, engine), elsewhere(dy, engine)};
  });
}

}  // namespace ai500::kernels::onednn
