// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of convolution.hpp.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/onednn/offered_layouts.hpp>
#include <ai500/kernels/onednn/own_convolution.ipp>
#include <ai500/kernels/onednn/weight.ipp>
#include <ai500/kernels/pass.hpp>
#include <ai500/kernels/reference/convolution.hpp>

namespace ai500::kernels::onednn {

namespace detail {

/// One convolution step in oneDNN's words, whichever pass it is: x (or dx) and y (or dy).
template <class Operation>
struct ConvolutionProblem {
  static constexpr Pass pass = pass_of(Operation{});
  static constexpr bool is_forward = pass == Pass::forward;
  static constexpr bool is_data = pass == Pass::data_gradient;
  static constexpr bool is_filter = pass == Pass::weight_gradient;

  using Primitive =
      std::conditional_t<is_forward, ForwardConvolution,
                         std::conditional_t<is_data, DataConvolution, FilterConvolution>>;
  using Description = typename Primitive::primitive_desc;

  Engine engine;
  ConvolutionGeometry geometry;
  Descriptor x, y;

  /// The layouts of a step whose x and y are in these.
  static StepLayouts layouts(Layout x, Layout y) {
    if (is_forward) return {{x, Layout::plain}, {y}};
    if (is_data) return {{y, Layout::plain}, {x}};
    return {{x, y}, {Layout::plain}};
  }

  /// @throws GraphError when the shapes are not those of one convolution
  static void check(Operation const& what, Shapes const& shapes) {
    reference::ShapeCheck const check(Operation::name, shapes, 2, 1);
    reference::convolution_geometry(what, check, x_of(pass, shapes), weight_of(pass, shapes),
                                    y_of(pass, shapes));
  }

  static ConvolutionGeometry geometry_of(Operation const& what, Shapes const& shapes, Types types) {
    return {what.window, what.groups, weight_of(pass, shapes), types};
  }
  /// x and y in the step's layouts.
  static ConvolutionProblem of(Operation const& what, Shapes const& shapes, Types types) {
    return {{},
            geometry_of(what, shapes, types),
            descriptor(x_of(pass, shapes), x_layout(pass, shapes.layouts), types.compute),
            descriptor(y_of(pass, shapes), y_layout(pass, shapes.layouts), types.compute)};
  }
  /// x and y as oneDNN likes them best.
  static ConvolutionProblem in_any_order(Operation const& what, Shapes const& shapes, Types types) {
    return {{},
            geometry_of(what, shapes, types),
            any_order(x_of(pass, shapes), types.compute),
            any_order(y_of(pass, shapes), types.compute)};
  }

  /// found(description) for each of oneDNN's implementations, best first, until it returns true.
  template <class Found>
  void search(Algorithms algorithms, Found const& found) const {
    if (algorithms == Algorithms::winograd_first && winograd(found)) return;
    each(geometry, found);
  }

  /// oneDNN's names of its implementations, best first, each once: a name stands for the first of
  /// them. Its reference is named only where it is the first.
  std::vector<std::string> implementations(Algorithms algorithms) const {
    std::vector<std::string> names;
    search(algorithms, [&](Description const& one) {
      std::string const name = one.impl_info_str();
      bool const is_known = std::ranges::find(names, name) != names.end();
      if (!is_known && (names.empty() || !is_reference(name))) names.push_back(name);
      return false;
    });
    return names;
  }

  /// The implementation of this name; the first where the name is empty.
  /// @throws Error when there is none
  Description implementation(Algorithms algorithms, std::string const& name) const {
    std::optional<Description> chosen;
    search(algorithms, [&](Description const& one) {
      if (!name.empty() && name != one.impl_info_str()) return false;
      chosen = one;
      return true;
    });
    if (!chosen) throw no_implementation(name);
    return *chosen;
  }

 private:
  template <class Found>
  void each(ConvolutionGeometry const& g, Found const& found) const {
    if constexpr (is_forward) each_forward_convolution(engine, g, x, y, found);
    if constexpr (is_data) each_data_convolution(engine, g, x, y, found);
    if constexpr (is_filter) each_filter_convolution(engine, g, x, y, found);
  }

  /// Whether `found` took Winograd's implementation; false also where there is none.
  template <class Found>
  bool winograd(Found const& found) const {
    ConvolutionGeometry g = geometry;
    g.algorithm = dnnl::algorithm::convolution_winograd;
    bool is_taken = false;
    try {
      each(g, [&](Description const& one) {
        is_taken = found(one);
        return true;  // it is one implementation
      });
    } catch (dnnl::error const&) {
      // Not for this place, or not at all.
    }
    return is_taken;
  }
};

/// The weight that a pass reads, or the gradient that it writes.
template <class Operation>
using WeightOf =
    std::conditional_t<ConvolutionProblem<Operation>::is_filter, WeightGradient, Weight>;

template <class Operation>
WeightOf<Operation> weight_of(devices::Host const& device,
                              ConvolutionProblem<Operation> const& problem,
                              typename ConvolutionProblem<Operation>::Description const& chosen) {
  if constexpr (ConvolutionProblem<Operation>::is_filter)
    return {device, problem.engine, problem.geometry, chosen.diff_weights_desc()};
  else
    return {problem.engine, problem.geometry.plain_weight(), chosen.weights_desc()};
}

}  // namespace detail

template <class Operation>
void PreparedConvolution<Operation>::run(Arguments arguments) {
  state->run(arguments);
}

namespace detail {

/// By oneDNN.
template <class Operation>
class ByOneDnn : public PreparedConvolution<Operation>::State {
 public:
  using Problem = ConvolutionProblem<Operation>;

  ByOneDnn(devices::Host const& device, Problem const& problem,
           typename Problem::Description const& chosen)
      : engine_(problem.engine),
        primitive_(chosen),
        weight_(weight_of(device, problem, chosen)),
        x_(elsewhere(problem.x, problem.engine)),
        y_(elsewhere(problem.y, problem.engine)) {}

  void run(Arguments arguments) override {
    if constexpr (Problem::is_forward) {
      point(x_, arguments.read<void>(0));
      point(y_, arguments.write<void>(0));
      Memory* const weight = weight_.brought_in(arguments.read<float>(1), engine_.stream);
      execute(primitive_, engine_.stream,
              {{DNNL_ARG_SRC, &x_}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_DST, &y_}});
    } else if constexpr (Problem::is_data) {
      point(y_, arguments.read<void>(0));
      point(x_, arguments.write<void>(0));
      Memory* const weight = weight_.brought_in(arguments.read<float>(1), engine_.stream);
      execute(primitive_, engine_.stream,
              {{DNNL_ARG_DIFF_DST, &y_}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_DIFF_SRC, &x_}});
    } else {
      point(x_, arguments.read<void>(0));
      point(y_, arguments.read<void>(1));
      Memory* const dweight = weight_.to_write(arguments.write<float>(0));
      execute(primitive_, engine_.stream,
              {{DNNL_ARG_SRC, &x_}, {DNNL_ARG_DIFF_DST, &y_}, {DNNL_ARG_DIFF_WEIGHTS, dweight}});
      weight_.bring_out(engine_.stream);
    }
  }

 private:
  Engine engine_;
  typename Problem::Primitive primitive_;
  WeightOf<Operation> weight_;
  Memory x_, y_;  // or their gradients
};

}  // namespace detail

template <class Operation, Algorithms algorithms>
std::vector<StepLayouts> ConvolutionKernel<Operation, algorithms>::layouts(devices::Host&,
                                                                           operation const& what,
                                                                           Shapes const& shapes,
                                                                           Types types) {
  using Problem = detail::ConvolutionProblem<Operation>;
  return built(Operation::name, types, [&] {
    auto const chosen =
        Problem::in_any_order(what, shapes, types).implementation(Algorithms::direct, "");
    Descriptor const x = Problem::is_data ? chosen.diff_src_desc() : chosen.src_desc();
    Descriptor const y = Problem::is_forward ? chosen.dst_desc() : chosen.diff_dst_desc();
    Shapes in_ours = shapes;
    in_ours.layouts = Problem::layouts(layout_of(x, x_of(Problem::pass, shapes), types.compute),
                                       layout_of(y, y_of(Problem::pass, shapes), types.compute));
    // What oneDNN likes best may be none of ours, such as one channel padded to a block of 8.
    auto const computed = Problem::of(what, in_ours, types).implementation(Algorithms::direct, "");
    if (is_reference(computed.impl_info_str()))
      in_ours.layouts = Problem::layouts(Layout::plain, Layout::plain);
    return std::vector<StepLayouts>{in_ours.layouts};
  });
}

template <class Operation, Algorithms algorithms>
std::vector<std::string> ConvolutionKernel<Operation, algorithms>::ways(devices::Host& device,
                                                                        operation const& what,
                                                                        Shapes const& shapes,
                                                                        Types types) {
  return built(Operation::name, types, [&] {
    auto const problem = detail::ConvolutionProblem<Operation>::of(what, shapes, types);
    return detail::with_own_ways(problem.implementations(algorithms), device, algorithms, what,
                                 shapes, types);
  });
}

template <class Operation, Algorithms algorithms>
PreparedConvolution<Operation> ConvolutionKernel<Operation, algorithms>::prepare(
    devices::Host& device, operation const& what, Shapes const& shapes, Types types) {
  using Problem = detail::ConvolutionProblem<Operation>;
  Problem::check(what, shapes);
  return built(Operation::name, types, [&] {
    auto const problem = Problem::of(what, shapes, types);
    std::string const way = detail::way_to_take(device, algorithms, what, shapes, types);
    if (detail::is_own(way)) return Prepared{detail::make_own(way, device, what, shapes, types)};
    return Prepared{std::make_shared<detail::ByOneDnn<Operation>>(
        device, problem, problem.implementation(algorithms, way))};
  });
}

template struct PreparedConvolution<steps::Convolution>;
template struct PreparedConvolution<steps::ConvolutionDataGradient>;
template struct PreparedConvolution<steps::ConvolutionFilterGradient>;
template struct ConvolutionKernel<steps::Convolution, Algorithms::direct>;
template struct ConvolutionKernel<steps::ConvolutionDataGradient, Algorithms::direct>;
template struct ConvolutionKernel<steps::ConvolutionFilterGradient, Algorithms::direct>;
template struct ConvolutionKernel<steps::Convolution, Algorithms::winograd_first>;
template struct ConvolutionKernel<steps::ConvolutionDataGradient, Algorithms::winograd_first>;
template struct ConvolutionKernel<steps::ConvolutionFilterGradient, Algorithms::winograd_first>;

}  // namespace ai500::kernels::onednn
