// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of convolution.hpp.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/onednn/weight.ipp>
#include <ai500/kernels/reference/convolution.hpp>

namespace ai500::kernels::onednn {

namespace detail {

/// One convolution step in oneDNN's words, whichever pass it is: x (or dx) and y (or dy).
template <class Operation>
struct Pass {
  Engine engine;
  ConvolutionGeometry geometry;
  Descriptor x, y;

  static constexpr bool is_forward = std::is_same_v<Operation, steps::Convolution>;
  static constexpr bool is_data = std::is_same_v<Operation, steps::ConvolutionDataGradient>;
  static constexpr bool is_filter = std::is_same_v<Operation, steps::ConvolutionFilterGradient>;

  using Primitive =
      std::conditional_t<is_forward, ForwardConvolution,
                         std::conditional_t<is_data, DataConvolution, FilterConvolution>>;
  using Description = typename Primitive::primitive_desc;

  static Shape const& x_of(Shapes const& s) { return is_data ? s.writes[0] : s.reads[0]; }
  static Shape const& weight_of(Shapes const& s) { return is_filter ? s.writes[0] : s.reads[1]; }
  static Shape const& y_of(Shapes const& s) {
    return is_forward ? s.writes[0] : is_data ? s.reads[0] : s.reads[1];
  }
  static Layout x_layout(StepLayouts const& l) { return is_data ? l.write(0) : l.read(0); }
  static Layout y_layout(StepLayouts const& l) {
    return is_forward ? l.write(0) : is_data ? l.read(0) : l.read(1);
  }
  /// The layouts of a step whose x and y are in these.
  static StepLayouts layouts(Layout x, Layout y) {
    if (is_forward) return {{x, Layout::plain}, {y}};
    if (is_data) return {{y, Layout::plain}, {x}};
    return {{x, y}, {Layout::plain}};
  }

  /// @throws GraphError when the shapes are not those of one convolution
  static void check(Operation const& what, Shapes const& shapes) {
    reference::ShapeCheck const check(Operation::name, shapes, 2, 1);
    reference::convolution_geometry(what, check, x_of(shapes), weight_of(shapes), y_of(shapes));
  }

  static ConvolutionGeometry geometry_of(Operation const& what, Shapes const& shapes, Types types) {
    return {what.window, what.groups, weight_of(shapes), types};
  }
  /// x and y in the step's layouts.
  static Pass of(Operation const& what, Shapes const& shapes, Types types) {
    return {{},
            geometry_of(what, shapes, types),
            descriptor(x_of(shapes), x_layout(shapes.layouts), types.compute),
            descriptor(y_of(shapes), y_layout(shapes.layouts), types.compute)};
  }
  /// x and y as oneDNN likes them best.
  static Pass in_any_order(Operation const& what, Shapes const& shapes, Types types) {
    return {{},
            geometry_of(what, shapes, types),
            any_order(x_of(shapes), types.compute),
            any_order(y_of(shapes), types.compute)};
  }

  /// found(description) for each of oneDNN's implementations, best first, until it returns true.
  template <class Found>
  void search(Algorithms algorithms, Found const& found) const {
    if (algorithms == Algorithms::winograd_first && winograd(found)) return;
    each(geometry, found);
  }

  /// oneDNN's names of its implementations, best first. The one that it calls "ref", which takes
  /// seconds, is named only where it is the first.
  std::vector<std::string> implementations(Algorithms algorithms) const {
    std::vector<std::string> names;
    search(algorithms, [&](Description const& one) {
      std::string const name = one.impl_info_str();
      if (names.empty() || !name.starts_with("ref")) names.push_back(name);
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
    if (!chosen) throw Error("oneDNN " + version() + " has no implementation '" + name + "'");
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

template <class Operation>
std::vector<StepLayouts> convolution_layouts(Operation const& what, Shapes const& shapes,
                                             Types types) {
  using OnePass = Pass<Operation>;
  return built(Operation::name, types, [&] {
    OnePass const pass = OnePass::in_any_order(what, shapes, types);
    auto const chosen = pass.implementation(Algorithms::direct, "");
    Descriptor const x = OnePass::is_data ? chosen.diff_src_desc() : chosen.src_desc();
    Descriptor const y = OnePass::is_forward ? chosen.dst_desc() : chosen.diff_dst_desc();
    return std::vector<StepLayouts>{
        OnePass::layouts(layout_of(x, OnePass::x_of(shapes), types.compute),
                         layout_of(y, OnePass::y_of(shapes), types.compute))};
  });
}

template <class Operation>
std::vector<std::string> convolution_ways(Operation const& what, Shapes const& shapes, Types types,
                                          Algorithms algorithms) {
  return built(Operation::name, types, [&] {
    return Pass<Operation>::of(what, shapes, types).implementations(algorithms);
  });
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

namespace detail {

inline Convolution::Prepared prepare_convolution(steps::Convolution const& what,
                                                 Shapes const& shapes, Types types,
                                                 Algorithms algorithms) {
  using State = Convolution::Prepared::State;
  Pass<steps::Convolution>::check(what, shapes);
  return built(what.name, types, [&] {
    auto const pass = Pass<steps::Convolution>::of(what, shapes, types);
    auto const chosen = pass.implementation(algorithms, shapes.way);
    return Convolution::Prepared{std::make_shared<State>(
        State{pass.engine, ForwardConvolution(chosen),
              Weight(pass.engine, pass.geometry.plain_weight(), chosen.weights_desc()),
              elsewhere(pass.x, pass.engine), elsewhere(pass.y, pass.engine)})};
  });
}

}  // namespace detail

std::vector<StepLayouts> Convolution::layouts(devices::Host&, operation const& what,
                                              Shapes const& shapes, Types types) {
  return detail::convolution_layouts(what, shapes, types);
}

std::vector<std::string> Convolution::ways(devices::Host&, operation const& what,
                                           Shapes const& shapes, Types types) {
  return detail::convolution_ways(what, shapes, types, Algorithms::direct);
}

Convolution::Prepared Convolution::prepare(devices::Host&, operation const& what,
                                           Shapes const& shapes, Types types) {
  return detail::prepare_convolution(what, shapes, types, Algorithms::direct);
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

namespace detail {

inline ConvolutionDataGradient::Prepared prepare_data_gradient(
    steps::ConvolutionDataGradient const& what, Shapes const& shapes, Types types,
    Algorithms algorithms) {
  using State = ConvolutionDataGradient::Prepared::State;
  Pass<steps::ConvolutionDataGradient>::check(what, shapes);
  return built(what.name, types, [&] {
    auto const pass = Pass<steps::ConvolutionDataGradient>::of(what, shapes, types);
    auto const chosen = pass.implementation(algorithms, shapes.way);
    return ConvolutionDataGradient::Prepared{std::make_shared<State>(
        State{pass.engine, DataConvolution(chosen),
              Weight(pass.engine, pass.geometry.plain_weight(), chosen.weights_desc()),
              elsewhere(pass.y, pass.engine), elsewhere(pass.x, pass.engine)})};
  });
}

}  // namespace detail

std::vector<StepLayouts> ConvolutionDataGradient::layouts(devices::Host&, operation const& what,
                                                          Shapes const& shapes, Types types) {
  return detail::convolution_layouts(what, shapes, types);
}

std::vector<std::string> ConvolutionDataGradient::ways(devices::Host&, operation const& what,
                                                       Shapes const& shapes, Types types) {
  return detail::convolution_ways(what, shapes, types, Algorithms::direct);
}

ConvolutionDataGradient::Prepared ConvolutionDataGradient::prepare(devices::Host&,
                                                                   operation const& what,
                                                                   Shapes const& shapes,
                                                                   Types types) {
  return detail::prepare_data_gradient(what, shapes, types, Algorithms::direct);
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

namespace detail {

inline ConvolutionFilterGradient::Prepared prepare_filter_gradient(
    devices::Host const& device, steps::ConvolutionFilterGradient const& what, Shapes const& shapes,
    Types types, Algorithms algorithms) {
  using State = ConvolutionFilterGradient::Prepared::State;
  Pass<steps::ConvolutionFilterGradient>::check(what, shapes);
  return built(what.name, types, [&] {
    auto const pass = Pass<steps::ConvolutionFilterGradient>::of(what, shapes, types);
    auto const chosen = pass.implementation(algorithms, shapes.way);
    return ConvolutionFilterGradient::Prepared{std::make_shared<State>(
        State{pass.engine, FilterConvolution(chosen),
              WeightGradient(device, pass.engine, pass.geometry, chosen.diff_weights_desc()),
              elsewhere(pass.x, pass.engine), elsewhere(pass.y, pass.engine)})};
  });
}

}  // namespace detail

std::vector<StepLayouts> ConvolutionFilterGradient::layouts(devices::Host&, operation const& what,
                                                            Shapes const& shapes, Types types) {
  return detail::convolution_layouts(what, shapes, types);
}

std::vector<std::string> ConvolutionFilterGradient::ways(devices::Host&, operation const& what,
                                                         Shapes const& shapes, Types types) {
  return detail::convolution_ways(what, shapes, types, Algorithms::direct);
}

ConvolutionFilterGradient::Prepared ConvolutionFilterGradient::prepare(devices::Host& device,
                                                                       operation const& what,
                                                                       Shapes const& shapes,
                                                                       Types types) {
  return detail::prepare_filter_gradient(device, what, shapes, types, Algorithms::direct);
}

}  // namespace ai500::kernels::onednn
