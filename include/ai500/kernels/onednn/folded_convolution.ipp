// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of folded_convolution.hpp.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.ipp>
#include <ai500/kernels/onednn/folded_convolution.hpp>
#include <ai500/kernels/onednn/fused_normalization.ipp>
#include <ai500/kernels/onednn/offered_layouts.hpp>
#include <ai500/kernels/reference/shape_check.hpp>

namespace ai500::kernels::onednn {

namespace detail {

/// to = factor from, of one output channel's weights.
struct ScaledRow {
  float const* from;
  float* to;
  Count elements;
  float factor;

  [[gnu::always_inline]] void operator()() const {
    for (Count i = 0; i < elements; ++i) to[i] = from[i] * factor;
  }
};

inline bool ends_in_relu(steps::NormalizationEnding ending) {
  return ending != steps::NormalizationEnding::none;
}

/// Checks the shapes of all that the step reads and writes.
/// @throws GraphError when they are not those of one convolution and its normalization
inline void check_folded(steps::ConvolutionEvaluation const& what, Shapes const& shapes) {
  bool const has_addend = adds(what.ending);
  reference::ShapeCheck const check(steps::ConvolutionEvaluation::name, shapes, has_addend ? 6 : 5,
                                    1);
  Shape const& y = shapes.writes[0];
  reference::convolution_geometry(what, check, shapes.reads[0], shapes.reads[1], y);
  check.equal("statistics", shapes.reads[2], {.items = 2, .channels = y.channels});
  check.equal("scale", shapes.reads[3], {.items = y.channels});
  check.equal("shift", shapes.reads[4], {.items = y.channels});
  if (has_addend) check.equal("addend", shapes.reads[5], y);
}

}  // namespace detail

struct ConvolutionEvaluation::Prepared::State {
  devices::Host* device;
  Engine engine;
  ForwardConvolution primitive;
  Weight weight;
  Memory bias, x, y;
  Buffer<float> folded;  ///< the weight, plain
  Buffer<float> biases;  ///< (c')
  Count channels;        ///< c'
  double epsilon;
  std::size_t addend_bytes;      ///< 0: none
  Memory* brought_in = nullptr;  ///< the folded weight; null: it is to be folded

  /// Fills `folded` and `biases`.
  void fold(float const* plain, float const* statistics, float const* scale, float const* shift) {
    Count const row = folded.size() / channels;
    device->parallel(channels, [&](Count channel) {
      double const factor =
          static_cast<double>(scale[channel]) /
          std::sqrt(static_cast<double>(statistics[channels + channel]) + epsilon);
      biases.data()[channel] = static_cast<float>(
          static_cast<double>(shift[channel]) - factor * static_cast<double>(statistics[channel]));
      device->vectorized(detail::ScaledRow{plain + channel * row, folded.data() + channel * row,
                                           row, static_cast<float>(factor)});
    });
  }
};

void ConvolutionEvaluation::Prepared::run(Arguments arguments) {
  State& s = *state;
  if (s.brought_in == nullptr) {
    s.fold(arguments.read<float>(1), arguments.read<float>(2), arguments.read<float>(3),
           arguments.read<float>(4));
    s.brought_in = s.weight.brought_in(s.folded.data(), s.engine.stream);
  }
  if (s.addend_bytes > 0 && arguments.read<void>(5) != arguments.write<void>(0))
    std::memcpy(arguments.write<void>(0), arguments.read<void>(5), s.addend_bytes);
  point(s.x, arguments.read<void>(0));
  point(s.y, arguments.write<void>(0));
  execute(s.primitive, s.engine.stream,
          {{DNNL_ARG_SRC, &s.x},
           {DNNL_ARG_WEIGHTS, s.brought_in},
           {DNNL_ARG_BIAS, &s.bias},
           {DNNL_ARG_DST, &s.y}});
}

void ConvolutionEvaluation::Prepared::forget_weights() { state->brought_in = nullptr; }

namespace detail {

/// @param engine outlives what is described
inline ForwardConvolution::primitive_desc description(Engine const& engine,
                                                      steps::ConvolutionEvaluation const& what,
                                                      Shapes const& shapes, Types types,
                                                      Descriptor const& x, Descriptor const& y) {
  return folded_convolution(engine, {what.window, what.groups, shapes.reads[1], types}, x, y,
                            {.adds = adds(what.ending), .relu = ends_in_relu(what.ending)});
}

/// The layouts of a step whose x is in one and whose y, and addend, are in another.
inline StepLayouts folded_layouts(steps::ConvolutionEvaluation const& what, Layout x, Layout y) {
  StepLayouts layouts{{x}, {y}};
  if (adds(what.ending)) {
    layouts.reads.resize(5, Layout::plain);
    layouts.reads.push_back(y);
  }
  return layouts;
}

/// Those that oneDNN likes best if x and y are in these blocks where they fit.
inline StepLayouts in_blocks(Engine const& engine, steps::ConvolutionEvaluation const& what,
                             Shapes const& shapes, Types types, Layout blocks) {
  auto blocked = [&](Shape const& shape) {
    return fits(blocks, shape) ? descriptor(shape, blocks, types.compute)
                               : any_order(shape, types.compute);
  };
  auto const chosen =
      description(engine, what, shapes, types, blocked(shapes.reads[0]), blocked(shapes.writes[0]));
  return folded_layouts(what, layout_of(chosen.src_desc(), shapes.reads[0], types.compute),
                        layout_of(chosen.dst_desc(), shapes.writes[0], types.compute));
}

}  // namespace detail

/// Blocks first: their direct kernels are faster than those for NHWC, which oneDNN 2.6 likes best
/// for inference in FP32.
std::vector<StepLayouts> ConvolutionEvaluation::layouts(devices::Host&, operation const& what,
                                                        Shapes const& shapes, Types types) {
  return built(operation::name, types, [&] {
    Engine const engine;
    for (Layout blocks : {Layout::channels_16, Layout::channels_8}) {
      StepLayouts const layouts = detail::in_blocks(engine, what, shapes, types, blocks);
      auto const computed = detail::description(
          engine, what, shapes, types, descriptor(shapes.reads[0], layouts.read(0), types.compute),
          descriptor(shapes.writes[0], layouts.write(0), types.compute));
      if (!is_reference(computed.impl_info_str())) return std::vector<StepLayouts>{layouts};
    }
    return std::vector<StepLayouts>{detail::folded_layouts(what, Layout::plain, Layout::plain)};
  });
}

std::vector<InPlace> ConvolutionEvaluation::in_place(operation const& what) {
  if (!detail::adds(what.ending)) return {};
  return {{0, 5}};
}

ConvolutionEvaluation::Prepared ConvolutionEvaluation::prepare(devices::Host& device,
                                                               operation const& what,
                                                               Shapes const& shapes, Types types) {
  detail::check_folded(what, shapes);
  return built(operation::name, types, [&] {
    Engine const engine;
    ConvolutionGeometry const geometry(what.window, what.groups, shapes.reads[1], types);
    Descriptor const x = descriptor(shapes.reads[0], shapes.layouts.read(0), types.compute);
    Descriptor const y = descriptor(shapes.writes[0], shapes.layouts.write(0), types.compute);
    auto const chosen = detail::description(engine, what, shapes, types, x, y);
    Count const channels = shapes.writes[0].channels;
    Buffer<float> folded(device, shapes.reads[1].elements()), biases(device, channels);
    Memory const bias(chosen.bias_desc(), engine.engine, biases.data());
    return Prepared{std::make_shared<Prepared::State>(Prepared::State{
        &device, engine, ForwardConvolution(chosen),
        Weight(engine, geometry.plain_weight(), chosen.weights_desc()), bias, elsewhere(x, engine),
        elsewhere(y, engine), std::move(folded), std::move(biases), channels, what.epsilon,
        detail::adds(what.ending) ? y.get_size() : std::size_t{0}})};
  });
}

}  // namespace ai500::kernels::onednn
