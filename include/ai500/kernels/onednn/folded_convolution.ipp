// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of folded_convolution.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.ipp>
#include <ai500/kernels/onednn/folded_convolution.hpp>
#include <ai500/kernels/onednn/fused_normalization.ipp>
#include <ai500/kernels/onednn/offered_layouts.hpp>
#include <ai500/kernels/onednn/own_convolution.ipp>
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

/// What runs an evaluation's convolution: the folded weight, and who computes with it.
struct PreparedEvaluation::State {
  State(devices::Host& host, steps::ConvolutionEvaluation const& what, Shapes const& shapes,
        Types types)
      : device(&host),
        biases(host, shapes.writes[0].channels),
        row(shapes.reads[1].elements() / biases.size()),
        epsilon(what.epsilon),
        has_addend(detail::adds(what.ending)),
        addend_bytes(
            descriptor(shapes.writes[0], shapes.layouts.write(0), types.compute).get_size()) {}
  virtual ~State() = default;

  /// Where the folded weight, plain, is put.
  virtual float* folded() = 0;
  /// Takes it from there.
  virtual void take_weight() = 0;
  /// y from x, with biases; adds to y where there is an addend.
  virtual void compute(void const* x, void* y) = 0;

  devices::Host* device;
  Buffer<float> biases;  ///< (c')
  Count row;             ///< numbers of an output channel's weights
  double epsilon;
  bool has_addend;
  std::size_t addend_bytes;  ///< where there is one
  bool has_weight = false;   ///< else it is to be folded

  /// Fills `folded` and `biases`.
  void fold(float const* plain, float const* statistics, float const* scale, float const* shift) {
    Count const channels = biases.size();
    float* const to = folded();
    device->parallel(channels, [&](Count channel) {
      double const factor =
          static_cast<double>(scale[channel]) /
          std::sqrt(static_cast<double>(statistics[channels + channel]) + epsilon);
      biases.data()[channel] = static_cast<float>(
          static_cast<double>(shift[channel]) - factor * static_cast<double>(statistics[channel]));
      device->vectorized(detail::ScaledRow{plain + channel * row, to + channel * row, row,
                                           static_cast<float>(factor)});
    });
  }
};

void PreparedEvaluation::run(Arguments arguments) {
  State& s = *state;
  if (!s.has_weight) {
    s.fold(arguments.read<float>(1), arguments.read<float>(2), arguments.read<float>(3),
           arguments.read<float>(4));
    s.take_weight();
    s.has_weight = true;
  }
  if (s.has_addend && arguments.read<void>(5) != arguments.write<void>(0))
    std::memcpy(arguments.write<void>(0), arguments.read<void>(5), s.addend_bytes);
  s.compute(arguments.read<void>(0), arguments.write<void>(0));
}

void PreparedEvaluation::forget_weights() { state->has_weight = false; }

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

/// By oneDNN.
class EvaluationByOneDnn : public PreparedEvaluation::State {
 public:
  EvaluationByOneDnn(devices::Host& host, steps::ConvolutionEvaluation const& what,
                     Shapes const& shapes, Types types)
      : State(host, what, shapes, types),
        folded_(host, shapes.reads[1].elements()),
        x_(elsewhere(descriptor(shapes.reads[0], shapes.layouts.read(0), types.compute), engine_)),
        y_(elsewhere(descriptor(shapes.writes[0], shapes.layouts.write(0), types.compute),
                     engine_)),
        chosen_(description(engine_, what, shapes, types, x_.get_desc(), y_.get_desc())),
        primitive_(chosen_),
        weight_(
            engine_,
            ConvolutionGeometry(what.window, what.groups, shapes.reads[1], types).plain_weight(),
            chosen_.weights_desc()),
        bias_(chosen_.bias_desc(), engine_.engine, biases.data()) {}

  std::string implementation() const { return chosen_.impl_info_str(); }

  float* folded() override { return folded_.data(); }
  void take_weight() override { brought_in_ = weight_.brought_in(folded_.data(), engine_.stream); }
  void compute(void const* x, void* y) override {
    point(x_, x);
    point(y_, y);
    execute(primitive_, engine_.stream,
            {{DNNL_ARG_SRC, &x_},
             {DNNL_ARG_WEIGHTS, brought_in_},
             {DNNL_ARG_BIAS, &bias_},
             {DNNL_ARG_DST, &y_}});
  }

 private:
  Buffer<float> folded_;  // kept: where oneDNN wants a plain weight, it is this one
  Engine engine_;
  Memory x_, y_;
  ForwardConvolution::primitive_desc chosen_;
  ForwardConvolution primitive_;
  Weight weight_;
  Memory bias_;
  Memory* brought_in_ = nullptr;
};

/// By a convolution of our own.
/// @param Convolution blocked::Winograd or blocked::DirectConvolution
template <class Convolution>
class EvaluationByOwn : public PreparedEvaluation::State {
 public:
  EvaluationByOwn(devices::Host& host, steps::ConvolutionEvaluation const& what,
                  Shapes const& shapes, Types types, Convolution convolution)
      : State(host, what, shapes, types),
        convolution_(std::move(convolution)),
        ending_{biases.data(), has_addend, ends_in_relu(what.ending)} {
    host.reserve_scratch(static_cast<std::size_t>(shapes.reads[1].elements()) * sizeof(float));
  }

  float* folded() override { return static_cast<float*>(device->scratch()); }
  void take_weight() override { convolution_.take_filters(folded()); }
  void compute(void const* x, void* y) override {
    using Number = typename Convolution::Number;
    convolution_.run(static_cast<Number const*>(x), static_cast<Number*>(y), ending_);
  }

 private:
  Convolution convolution_;
  blocked::Ending ending_;
};

/// The convolution that an evaluation's step is, as training has it.
struct ForwardStep {
  steps::Convolution what;
  Shapes shapes;

  ForwardStep(steps::ConvolutionEvaluation const& folded, Shapes const& all)
      : what{folded.window, folded.groups},
        shapes{{all.reads[0], all.reads[1]},
               {all.writes[0]},
               {{all.layouts.read(0), Layout::plain}, {all.layouts.write(0)}},
               all.way} {}
};

/// By one of our own ways.
inline std::shared_ptr<PreparedEvaluation::State> make_own_evaluation(
    std::string_view way, devices::Host& device, steps::ConvolutionEvaluation const& what,
    Shapes const& shapes, Types types) {
  auto made = [&](auto convolution) -> std::shared_ptr<PreparedEvaluation::State> {
    return std::make_shared<EvaluationByOwn<decltype(convolution)>>(device, what, shapes, types,
                                                                    std::move(convolution));
  };
  Window const& window = what.window;
  Shape const& x = shapes.reads[0];
  Shape const& y = shapes.writes[0];
  auto in_blocks_of = [&]<int lanes>() {
    if (way == own_winograd)
      return made(
          forward_winograd<lanes>(device, window, x, y, blocked::Winograd<lanes>::Filters::kept));
    return made(forward_direct<blocked::DirectConvolution<lanes>>(device, window, x, y));
  };
  if constexpr (blocked::pair_products_are_compiled)
    if (types != Types{})
      return made(forward_direct<blocked::DirectConvolution<16, blocked::PairProducts>>(
          device, window, x, y));
  if (shapes.layouts.read(0) == Layout::channels_8) return in_blocks_of.template operator()<8>();
  return in_blocks_of.template operator()<16>();
}

}  // namespace detail

/// Blocks first: their direct kernels are faster than those for NHWC, which oneDNN 2.6 likes best
/// for inference in FP32.
template <Algorithms algorithms>
std::vector<StepLayouts> ConvolutionEvaluationKernel<algorithms>::layouts(devices::Host&,
                                                                          operation const& what,
                                                                          Shapes const& shapes,
                                                                          Types types) {
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

template <Algorithms algorithms>
std::vector<InPlace> ConvolutionEvaluationKernel<algorithms>::in_place(operation const& what) {
  if (!detail::adds(what.ending)) return {};
  return {{0, 5}};
}

template <Algorithms algorithms>
std::vector<std::string> ConvolutionEvaluationKernel<algorithms>::ways(devices::Host& device,
                                                                       operation const& what,
                                                                       Shapes const& shapes,
                                                                       Types types) {
  return built(operation::name, types, [&] {
    Engine const engine;
    auto const by_onednn =
        detail::description(engine, what, shapes, types,
                            descriptor(shapes.reads[0], shapes.layouts.read(0), types.compute),
                            descriptor(shapes.writes[0], shapes.layouts.write(0), types.compute));
    detail::ForwardStep const step(what, shapes);
    return detail::with_own_ways({by_onednn.impl_info_str()}, device, algorithms, step.what,
                                 step.shapes, types);
  });
}

template <Algorithms algorithms>
PreparedEvaluation ConvolutionEvaluationKernel<algorithms>::prepare(devices::Host& device,
                                                                    operation const& what,
                                                                    Shapes const& shapes,
                                                                    Types types) {
  detail::check_folded(what, shapes);
  detail::ForwardStep const step(what, shapes);
  return built(operation::name, types, [&] {
    std::string const way = detail::way_to_take(device, algorithms, step.what, step.shapes, types);
    if (detail::is_own(way))
      return Prepared{detail::make_own_evaluation(way, device, what, shapes, types)};
    auto by_onednn = std::make_shared<detail::EvaluationByOneDnn>(device, what, shapes, types);
    if (!way.empty() && way != by_onednn->implementation()) throw detail::no_implementation(way);
    return Prepared{std::move(by_onednn)};
  });
}

template struct ConvolutionEvaluationKernel<Algorithms::direct>;
template struct ConvolutionEvaluationKernel<Algorithms::winograd_first>;

}  // namespace ai500::kernels::onednn
