// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of pooling.hpp.
#pragma once

#include <cstddef>
#include <string>

#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/pooling.hpp>

namespace ai500::kernels::onednn {

namespace detail {

/// x and y alike, blocked first.
inline std::vector<StepLayouts> pooling_layouts(Shape const& x) {
  std::vector<StepLayouts> options;
  for (Layout layout :
       {Layout::channels_16, Layout::channels_8, Layout::plain, Layout::channels_last})
    if (fits(layout, x)) options.push_back({{layout}, {layout}});
  return options;
}

/// @throws GraphError when y is not x pooled
inline void check_pooling(std::string_view step, Window const& window, Shape const& x,
                          Shape const& y) {
  Extent const out = window_positions(window, x);
  if (y != Shape{x.items, x.channels, out.height, out.width})
    throw GraphError("kernels::OneDnn: " + std::string(step) + ": " + text(x) +
                     " pooled by a window of " + text(window) + " is not " + text(y));
}

}  // namespace detail

struct MaxPooling::Prepared::State {
  Engine engine;
  ForwardPooling primitive;
  Memory x, y, selection;
};

void MaxPooling::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, x, y, selection] = *state;
  point(x, arguments.read<void>(0));
  point(y, arguments.write<void>(0));
  point(selection, arguments.write<void>(1));
  execute(primitive, engine.stream,
          {{DNNL_ARG_SRC, &x}, {DNNL_ARG_DST, &y}, {DNNL_ARG_WORKSPACE, &selection}});
}

std::vector<StepLayouts> MaxPooling::layouts(devices::Host&, operation const&, Shapes const& shapes,
                                             Types) {
  return detail::pooling_layouts(shapes.reads[0]);
}

MaxPooling::Prepared MaxPooling::prepare(devices::Host&, operation const& what,
                                         Shapes const& shapes, Types types) {
  Shape const& x = shapes.reads[0];
  Shape const& y = shapes.writes[0];
  detail::check_pooling(operation::name, what.window, x, y);
  return built(operation::name, types, [&] {
    Engine const engine;
    Layout const layout = shapes.layouts.read(0);
    auto const chosen = forward_pooling(engine, {dnnl::algorithm::pooling_max, what.window}, x, y,
                                        layout, types.compute);
    if (chosen.workspace_desc().get_size() >
        static_cast<std::size_t>(y.elements()) * sizeof(std::int32_t))
      throw Error("kernels::OneDnn: max pooling: oneDNN's workspace is larger than the selection");
    return Prepared{std::make_shared<Prepared::State>(Prepared::State{
        engine, ForwardPooling(chosen), elsewhere(descriptor(x, layout, types.compute), engine),
        elsewhere(descriptor(y, layout, types.compute), engine),
        elsewhere(chosen.workspace_desc(), engine)})};
  });
}

struct MaxPoolingGradient::Prepared::State {
  Engine engine;
  BackwardPooling primitive;
  Memory dy, selection, dx;
};

void MaxPoolingGradient::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, dy, selection, dx] = *state;
  point(dy, arguments.read<void>(0));
  point(selection, arguments.read<void>(1));
  point(dx, arguments.write<void>(0));
  execute(primitive, engine.stream,
          {{DNNL_ARG_DIFF_DST, &dy}, {DNNL_ARG_WORKSPACE, &selection}, {DNNL_ARG_DIFF_SRC, &dx}});
}

std::vector<StepLayouts> MaxPoolingGradient::layouts(devices::Host&, operation const&,
                                                     Shapes const& shapes, Types) {
  return detail::pooling_layouts(shapes.reads[0]);
}

MaxPoolingGradient::Prepared MaxPoolingGradient::prepare(devices::Host&, operation const& what,
                                                         Shapes const& shapes, Types types) {
  Shape const& x = shapes.writes[0];
  Shape const& y = shapes.reads[0];
  detail::check_pooling(operation::name, what.window, x, y);
  return built(operation::name, types, [&] {
    Engine const engine;
    Layout const layout = shapes.layouts.read(0);
    auto const chosen = backward_pooling(engine, {dnnl::algorithm::pooling_max, what.window}, x, y,
                                         layout, types.compute);
    return Prepared{std::make_shared<Prepared::State>(Prepared::State{
        engine, BackwardPooling(chosen), elsewhere(descriptor(y, layout, types.compute), engine),
        elsewhere(chosen.workspace_desc(), engine),
        elsewhere(descriptor(x, layout, types.compute), engine)})};
  });
}

struct AveragePooling::Prepared::State {
  Engine engine;
  ForwardPooling primitive;
  Memory x, y;
};

void AveragePooling::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, x, y] = *state;
  point(x, arguments.read<void>(0));
  point(y, arguments.write<void>(0));
  execute(primitive, engine.stream, {{DNNL_ARG_SRC, &x}, {DNNL_ARG_DST, &y}});
}

std::vector<StepLayouts> AveragePooling::layouts(devices::Host&, operation const&,
                                                 Shapes const& shapes, Types) {
  return detail::pooling_layouts(shapes.reads[0]);
}

AveragePooling::Prepared AveragePooling::prepare(devices::Host&, operation const& what,
                                                 Shapes const& shapes, Types types) {
  detail::check_pooling(operation::name, what.window, shapes.reads[0], shapes.writes[0]);
  return built(operation::name, types, [&] {
    Engine const engine;
    Layout const layout = shapes.layouts.read(0);
    auto const chosen =
        forward_pooling(engine, {dnnl::algorithm::pooling_avg_include_padding, what.window},
                        shapes.reads[0], shapes.writes[0], layout, types.compute);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{engine, ForwardPooling(chosen),
                        elsewhere(descriptor(shapes.reads[0], layout, types.compute), engine),
                        elsewhere(descriptor(shapes.writes[0], layout, types.compute), engine)})};
  });
}

struct AveragePoolingGradient::Prepared::State {
  Engine engine;
  BackwardPooling primitive;
  Memory dy, dx;
};

void AveragePoolingGradient::Prepared::run(Arguments arguments) {
  auto& [engine, primitive, dy, dx] = *state;
  point(dy, arguments.read<void>(0));
  point(dx, arguments.write<void>(0));
  execute(primitive, engine.stream, {{DNNL_ARG_DIFF_DST, &dy}, {DNNL_ARG_DIFF_SRC, &dx}});
}

std::vector<StepLayouts> AveragePoolingGradient::layouts(devices::Host&, operation const&,
                                                         Shapes const& shapes, Types) {
  return detail::pooling_layouts(shapes.reads[0]);
}

AveragePoolingGradient::Prepared AveragePoolingGradient::prepare(devices::Host&,
                                                                 operation const& what,
                                                                 Shapes const& shapes,
                                                                 Types types) {
  detail::check_pooling(operation::name, what.window, shapes.writes[0], shapes.reads[0]);
  return built(operation::name, types, [&] {
    Engine const engine;
    Layout const layout = shapes.layouts.read(0);
    auto const chosen =
        backward_pooling(engine, {dnnl::algorithm::pooling_avg_include_padding, what.window},
                         shapes.writes[0], shapes.reads[0], layout, types.compute);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{engine, BackwardPooling(chosen),
                        elsewhere(descriptor(shapes.reads[0], layout, types.compute), engine),
                        elsewhere(descriptor(shapes.writes[0], layout, types.compute), engine)})};
  });
}

}  // namespace ai500::kernels::onednn
