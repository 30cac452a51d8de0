// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of pooling.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <vector>

#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/offered_layouts.hpp>
#include <ai500/kernels/onednn/pooling.hpp>

namespace ai500::kernels::onednn::native {

namespace detail {

/// One pooling step in oneDNN's words, whichever pass it is: x (or dx) and y (or dy).
template <class Operation>
struct PoolingProblem {
  static constexpr bool is_gradient = std::same_as<Operation, steps::MaxPoolingGradient> ||
                                      std::same_as<Operation, steps::AveragePoolingGradient>;
  static constexpr bool is_maximum = std::same_as<Operation, steps::MaxPooling> ||
                                     std::same_as<Operation, steps::MaxPoolingGradient>;

  Window window;
  Shape x, y;
  NumberType type;
  Engine engine{};

  /// @throws GraphError when y is not x pooled
  static PoolingProblem of(Operation const& what, Shapes const& shapes, Types types) {
    Shape const& x = is_gradient ? shapes.writes[0] : shapes.reads[0];
    Shape const& y = is_gradient ? shapes.reads[0] : shapes.writes[0];
    Extent const out = window_positions(what.window, x);
    if (y != Shape{x.items, x.channels, out.height, out.width})
      throw GraphError("kernels::OneDnn: " + std::string(Operation::name) + ": " + text(x) +
                       " pooled by a window of " + text(what.window) + " is not " + text(y));
    return {what.window, x, y, types.compute};
  }

  /// @param layout of x and of y
  auto description(Layout layout) const {
    PoolingGeometry const geometry{
        is_maximum ? dnnl::algorithm::pooling_max : dnnl::algorithm::pooling_avg_include_padding,
        window};
    if constexpr (is_gradient)
      return backward_pooling(engine, geometry, x, y, layout, type);
    else
      return forward_pooling(engine, geometry, x, y, layout, type);
  }

  Memory x_memory(Layout layout) const { return elsewhere(descriptor(x, layout, type), engine); }
  Memory y_memory(Layout layout) const { return elsewhere(descriptor(y, layout, type), engine); }
};

/// x and y alike, blocked first.
template <class Operation>
std::vector<StepLayouts> pooling_layouts(Operation const& what, Shapes const& shapes, Types types) {
  auto const problem = PoolingProblem<Operation>::of(what, shapes, types);
  return built(Operation::name, types, [&] {
    std::vector<StepLayouts> blocked_first;
    for (Layout layout :
         {Layout::channels_16, Layout::channels_8, Layout::plain, Layout::channels_last})
      if (fits(layout, problem.x)) blocked_first.push_back({{layout}, {layout}});
    return without_reference(blocked_first, [&](StepLayouts const& layouts) {
      return std::string(problem.description(layouts.read(0)).impl_info_str());
    });
  });
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

std::vector<StepLayouts> MaxPooling::layouts(devices::Host&, operation const& what,
                                             Shapes const& shapes, Types types) {
  return detail::pooling_layouts(what, shapes, types);
}

MaxPooling::Prepared MaxPooling::prepare(devices::Host&, operation const& what,
                                         Shapes const& shapes, Types types) {
  auto const problem = detail::PoolingProblem<operation>::of(what, shapes, types);
  return built(operation::name, types, [&] {
    Layout const layout = shapes.layouts.read(0);
    auto const chosen = problem.description(layout);
    if (chosen.workspace_desc().get_size() >
        static_cast<std::size_t>(problem.y.elements()) * sizeof(std::int32_t))
      throw Error("kernels::OneDnn: max pooling: oneDNN's workspace is larger than the selection");
    return Prepared{std::make_shared<Prepared::State>(Prepared::State{
        problem.engine, ForwardPooling(chosen), problem.x_memory(layout), problem.y_memory(layout),
        elsewhere(chosen.workspace_desc(), problem.engine)})};
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

std::vector<StepLayouts> MaxPoolingGradient::layouts(devices::Host&, operation const& what,
                                                     Shapes const& shapes, Types types) {
  return detail::pooling_layouts(what, shapes, types);
}

MaxPoolingGradient::Prepared MaxPoolingGradient::prepare(devices::Host&, operation const& what,
                                                         Shapes const& shapes, Types types) {
  auto const problem = detail::PoolingProblem<operation>::of(what, shapes, types);
  return built(operation::name, types, [&] {
    Layout const layout = shapes.layouts.read(0);
    auto const chosen = problem.description(layout);
    return Prepared{std::make_shared<Prepared::State>(Prepared::State{
        problem.engine, BackwardPooling(chosen), problem.y_memory(layout),
        elsewhere(chosen.workspace_desc(), problem.engine), problem.x_memory(layout)})};
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

std::vector<StepLayouts> AveragePooling::layouts(devices::Host&, operation const& what,
                                                 Shapes const& shapes, Types types) {
  return detail::pooling_layouts(what, shapes, types);
}

AveragePooling::Prepared AveragePooling::prepare(devices::Host&, operation const& what,
                                                 Shapes const& shapes, Types types) {
  auto const problem = detail::PoolingProblem<operation>::of(what, shapes, types);
  return built(operation::name, types, [&] {
    Layout const layout = shapes.layouts.read(0);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{problem.engine, ForwardPooling(problem.description(layout)),
                        problem.x_memory(layout), problem.y_memory(layout)})};
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

std::vector<StepLayouts> AveragePoolingGradient::layouts(devices::Host&, operation const& what,
                                                         Shapes const& shapes, Types types) {
  return detail::pooling_layouts(what, shapes, types);
}

AveragePoolingGradient::Prepared AveragePoolingGradient::prepare(devices::Host&,
                                                                 operation const& what,
                                                                 Shapes const& shapes,
                                                                 Types types) {
  auto const problem = detail::PoolingProblem<operation>::of(what, shapes, types);
  return built(operation::name, types, [&] {
    Layout const layout = shapes.layouts.read(0);
    return Prepared{std::make_shared<Prepared::State>(
        Prepared::State{problem.engine, BackwardPooling(problem.description(layout)),
                        problem.y_memory(layout), problem.x_memory(layout)})};
  });
}

}  // namespace ai500::kernels::onednn::native
