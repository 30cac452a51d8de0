// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of convolution.hpp. A kernel's own tensors and its plan's workspace stand
/// one behind the other in the scratch that all kernels of a GPU share.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/context.hpp>
#include <ai500/kernels/cudnn/convolution.hpp>
#include <ai500/kernels/cudnn/prepared_plan.hpp>
#include <ai500/kernels/cudnn/step_pattern.hpp>
#include <ai500/kernels/functors/filters.hpp>
#include <ai500/kernels/functors/fused_normalization.hpp>
#include <ai500/kernels/plain_cuda/products.hpp>

namespace ai500::kernels::cudnn {

namespace detail {

/// A way to compute a pattern: the pattern that cuDNN runs, and the name of its plan; empty: the
/// first.
struct Way {
  Pattern pattern{};
  std::string_view plan{};
};

/// The name of a kernel of our own, where cuDNN has no engine.
inline constexpr std::string_view own_kernel_way = "own kernel";
/// Before the name of a plan for a step's images and filters filled up with channels of zeros.
inline constexpr std::string_view padded_way = "padded ";

/// All ways to compute a pattern, by name.
inline std::vector<std::string> names_of_ways(devices::Cuda& device, Pattern const& pattern) {
  Planner& planner = context_of(device).planner();
  std::vector<std::string> names;
  if (auto const with_more_channels = with_padded_channels(pattern))
    for (Plan const& plan : planner.candidates(*with_more_channels).plans)
      names.push_back(std::string(padded_way) + plan.name);
  for (Plan const& plan : planner.candidates(pattern).plans) names.push_back(plan.name);
  if (names.empty()) names.emplace_back(own_kernel_way);
  return names;
}

/// The way of this name; the first one where it is empty.
inline Way way_named(devices::Cuda& device, Pattern const& pattern, std::string_view name) {
  auto const with_more_channels = with_padded_channels(pattern);
  if (name.empty()) {
    bool const pads = with_more_channels && context_of(device).planner().find(*with_more_channels);
    return {pads ? *with_more_channels : pattern, {}};
  }
  if (with_more_channels && name.starts_with(padded_way))
    return {*with_more_channels, name.substr(padded_way.size())};
  return {pattern, name};
}

/// A plan, and a kernel's own tensors in the context's scratch.
class Planned {
 public:
  Planned(devices::Cuda& device, Way const& way)
      : context_(context_of(device)),
        stream_(device.stream()),
        plan_(context_.handle(), context_.plan(way.pattern, way.plan)) {}

  /// Room for a tensor of the kernel's own: its offset in the scratch.
  std::size_t own(std::size_t bytes) {
    constexpr std::size_t alignment = 256;
    return std::exchange(size_, size_ + (bytes + alignment - 1) / alignment * alignment);
  }
  /// To be called behind the last `own`.
  void reserve(devices::Cuda& device) {
    scratch_ = context_.scratch().reserve(device, size_ + plan_.workspace());
  }

  template <class T>
  T* at(std::size_t offset) {
    return reinterpret_cast<T*>(scratch_->data() + offset);
  }
  /// Room for the plan's workspace.
  void* workspace() { return at<std::byte>(size_); }

  template <std::size_t tensors>
  void run(std::array<void*, tensors> const& addresses) {
    std::array<void*, tensors + 1> all;
    std::copy(addresses.begin(), addresses.end(), all.begin());
    all.back() = workspace();
    plan_.run(all);
  }
  template <class Functor>
  void for_each(Count n, Functor const& f) {
    ai500::cuda::launch(stream_, n, f);
  }

 private:
  Context& context_;
  ai500::cuda::Stream stream_;
  PreparedPlan plan_;
  std::shared_ptr<Scratch::Memory> scratch_;
  std::size_t size_ = 0;
};

using Work = std::function<void(Arguments)>;

/// work.template operator()<T>() for the type of number that is computed in.
template <class MakeWork>
Work with_number_type(NumberType type, MakeWork const& make) {
  if (type == NumberType::float16) return make.template operator()<half>();
  if (type == NumberType::bfloat16) return make.template operator()<bfloat16>();
  return make.template operator()<float>();
}

inline std::size_t bytes_of(Shape const& shape, std::size_t number) {
  return static_cast<std::size_t>(shape.elements()) * number;
}
inline void* address(void const* tensor) { return const_cast<void*>(tensor); }

/// x with the channels that the plan wants: itself, or a copy in the kernel's scratch.
template <class T>
struct MaybePadded {
  Count pixels = 0, channels = 0, padded_channels = 0;
  std::size_t offset = 0;

  static MaybePadded of(Planned& planned, Shape const& x, Shape const& wanted) {
    MaybePadded made{x.items * x.height * x.width, x.channels, wanted.channels};
    if (made.pads()) made.offset = planned.own(bytes_of(wanted, sizeof(T)));
    return made;
  }
  bool pads() const { return padded_channels != channels; }
  void* operator()(Planned& planned, T const* x) const {
    if (!pads()) return address(x);
    T* const padded = planned.at<T>(offset);
    planned.for_each(pixels, functors::PaddedChannels<T>{x, padded, channels, padded_channels});
    return padded;
  }
};

inline Work work_of(devices::Cuda& device, steps::Convolution const&, Pattern const& pattern,
                    Way const& way, Types types) {
  return with_number_type(types.compute, [&]<class T>() -> Work {
    Pattern const& used = way.pattern;
    auto planned = std::make_shared<Planned>(device, way);
    auto const x = MaybePadded<T>::of(*planned, pattern.x, used.x);
    auto const weight = MaybePadded<T>::of(*planned, pattern.weight, used.weight);
    planned->reserve(device);
    return [=](Arguments arguments) {
      void* const from = x(*planned, arguments.read<T>(0));
      void* const filters = weight(*planned, arguments.read<T>(1));
      planned->run(std::array{from, filters, address(arguments.write<T>(0))});
    };
  });
}

inline Work work_of(devices::Cuda& device, steps::ConvolutionDataGradient const&, Pattern const&,
                    Way const& way, Types) {
  auto planned = std::make_shared<Planned>(device, way);
  planned->reserve(device);
  return [=](Arguments arguments) {
    planned->run(std::array{address(arguments.read<std::byte>(0)),
                            address(arguments.read<std::byte>(1)),
                            address(arguments.write<std::byte>(0))});
  };
}

/// What brings a filter gradient from cuDNN's order and type into that of the gradients.
template <class T>
functors::PlainFilter<T, float> plain_filter(Pattern const& wanted, Pattern const& used) {
  return {.stored = nullptr,
          .plain = nullptr,
          .channels = wanted.weight.channels,
          .stored_channels = used.weight.channels,
          .window = wanted.weight.height * wanted.weight.width};
}

inline Work work_of(devices::Cuda& device, steps::ConvolutionFilterGradient const&,
                    Pattern const& pattern, Way const& way, Types types) {
  return with_number_type(types.compute, [&]<class T>() -> Work {
    Pattern const& used = way.pattern;
    auto planned = std::make_shared<Planned>(device, way);
    auto const x = MaybePadded<T>::of(*planned, pattern.x, used.x);
    std::size_t const stored = planned->own(bytes_of(used.weight, sizeof(T)));
    planned->reserve(device);
    return [=, plain = plain_filter<T>(pattern, used),
            elements = pattern.weight.elements()](Arguments arguments) mutable {
      void* const from = x(*planned, arguments.read<T>(0));
      T* const dweight = planned->at<T>(stored);
      planned->run(std::array{from, address(arguments.read<T>(1)), address(dweight)});
      plain.stored = dweight;
      plain.plain = arguments.write<float>(0);
      planned->for_each(elements, plain);
    };
  });
}

/// factor and constant of a normalization and relu before a convolution, in the kernel's scratch.
template <class T>
struct Prologue {
  std::size_t factor = 0, constant = 0;
  Count channels = 0;
  float epsilon = 0;

  static Prologue of(Planned& planned, Count channels, double epsilon) {
    std::size_t const bytes = static_cast<std::size_t>(channels) * sizeof(T);
    std::size_t const first = planned.own(bytes);
    return {first, planned.own(bytes), channels, static_cast<float>(epsilon)};
  }
  void operator()(Planned& planned, float const* statistics, float const* scale,
                  float const* shift) const {
    planned.for_each(channels,
                     functors::FactorAndConstant<T>{statistics, scale, shift, planned.at<T>(factor),
                                                    planned.at<T>(constant), channels, epsilon});
  }
};

inline Work work_of(devices::Cuda& device, steps::ConvolutionForward const& what,
                    Pattern const& pattern, Way const& way, Types types) {
  return with_number_type(types.compute, [&]<class T>() -> Work {
    auto planned = std::make_shared<Planned>(device, way);
    auto const prologue = Prologue<T>::of(*planned, pattern.x.channels, what.epsilon);
    Count const channels = pattern.y.channels;
    Count const elements = pattern.y.elements() / channels;
    std::size_t const bytes = static_cast<std::size_t>(channels) * sizeof(float);
    std::size_t const sum = planned->own(bytes), square_sum = planned->own(bytes);
    planned->reserve(device);
    return [=, normalizes = what.normalizes_input](Arguments arguments) {
      void* const x = address(arguments.read<T>(0));
      void* const weight = address(arguments.read<T>(1));
      void* const y = arguments.write<T>(0);
      float* const sums = planned->at<float>(sum);
      float* const square_sums = planned->at<float>(square_sum);
      if (normalizes) {
        prologue(*planned, arguments.read<float>(2), arguments.read<float>(3),
                 arguments.read<float>(4));
        planned->run(std::array<void*, 7>{x, planned->at<T>(prologue.factor),
                                          planned->at<T>(prologue.constant), weight, y, sums,
                                          square_sums});
      } else {
        planned->run(std::array<void*, 5>{x, weight, y, sums, square_sums});
      }
      planned->for_each(channels,
                        functors::StatisticsOfSums{sums, square_sums, arguments.write<float>(1),
                                                   channels, elements});
    };
  });
}

inline Work work_of(devices::Cuda& device, steps::ConvolutionFilterBackward const& what,
                    Pattern const& pattern, Way const& way, Types types) {
  return with_number_type(types.compute, [&]<class T>() -> Work {
    auto planned = std::make_shared<Planned>(device, way);
    auto const prologue = Prologue<T>::of(*planned, pattern.x.channels, what.epsilon);
    std::size_t const stored = planned->own(bytes_of(pattern.weight, sizeof(T)));
    planned->reserve(device);
    return [=, plain = plain_filter<T>(pattern, pattern),
            elements = pattern.weight.elements()](Arguments arguments) mutable {
      prologue(*planned, arguments.read<float>(1), arguments.read<float>(2),
               arguments.read<float>(3));
      T* const dweight = planned->at<T>(stored);
      planned->run(std::array<void*, 5>{
          address(arguments.read<T>(0)), planned->at<T>(prologue.factor),
          planned->at<T>(prologue.constant), address(arguments.read<T>(4)), dweight});
      plain.stored = dweight;
      plain.plain = arguments.write<float>(0);
      planned->for_each(elements, plain);
    };
  });
}

/// The vectors of one normalization whose gradient cuDNN takes: what it reads (mean, inverse
/// deviation, scale, shift) and what it writes (dscale, dshift, three factors), aligned.
struct NormalizationScratch {
  std::size_t read = 0, written = 0;
  Count channels = 0, stride = 0;
  float epsilon = 0;

  static NormalizationScratch of(Planned& planned, Count channels, double epsilon) {
    Count const stride = (channels + 63) / 64 * 64;
    std::size_t const bytes = static_cast<std::size_t>(stride) * sizeof(float);
    std::size_t const first = planned.own(4 * bytes);
    return {first, planned.own(5 * bytes), channels, stride, static_cast<float>(epsilon)};
  }
  void* vector_read(Planned& planned, Count i) const {
    return planned.at<float>(read) + i * stride;
  }
  void* vector_written(Planned& planned, Count i) const {
    return planned.at<float>(written) + i * stride;
  }
  void before(Planned& planned, float const* statistics, float const* scale,
              float const* shift) const {
    planned.for_each(
        channels, functors::NormalizationVectors{statistics, scale, shift, planned.at<float>(read),
                                                 channels, stride, epsilon});
  }
  template <class T>
  void behind(Planned& planned, Count elements, T const* dz, T const* x, T* dx, float* dscale,
              float* dshift) const {
    using Gradient = functors::NormalizationGradient<T>;
    planned.for_each(elements / Gradient::lanes, Gradient{dz, x, dx, planned.at<float>(written),
                                                          dscale, dshift, channels, stride});
  }
};

inline Work work_of(devices::Cuda& device, steps::ConvolutionDataBackward const& what,
                    Pattern const& pattern, Way const& way, Types types) {
  using enum steps::InputOrigin;
  return with_number_type(types.compute, [&]<class T>() -> Work {
    auto planned = std::make_shared<Planned>(device, way);
    auto const main = NormalizationScratch::of(*planned, pattern.x.channels, what.epsilon);
    auto const projection =
        what.origin == projection_block
            ? NormalizationScratch::of(*planned, pattern.x.channels, what.epsilon)
            : NormalizationScratch{};
    planned->reserve(device);
    Count const elements = pattern.x.elements();
    return [=, origin = what.origin](Arguments arguments) {
      auto read = [&](std::size_t i) { return address(arguments.read<T>(i)); };
      Planned& p = *planned;
      main.before(p, arguments.read<float>(3), arguments.read<float>(4), arguments.read<float>(5));
      void* const dy = read(0);
      void* const weight = read(1);
      void* const x = read(2);
      auto vector = [&](Count i) { return main.vector_read(p, i); };
      auto result = [&](Count i) { return main.vector_written(p, i); };
      T* const dx = arguments.write<T>(2);
      T* const dz = origin == identity_block ? arguments.write<T>(3) : dx;
      switch (origin) {
        case relu:
          p.run(std::array<void*, 13>{dy, weight, x, vector(0), vector(1), vector(2), vector(3), dz,
                                      result(0), result(1), result(2), result(3), result(4)});
          break;
        case identity_block:
          p.run(std::array<void*, 15>{dy, weight, read(6), x, vector(0), vector(1), vector(2),
                                      vector(3), read(7), dz, result(0), result(1), result(2),
                                      result(3), result(4)});
          break;
        case projection_block: {
          projection.before(p, arguments.read<float>(8), arguments.read<float>(9),
                            arguments.read<float>(10));
          auto its = [&](Count i) { return projection.vector_read(p, i); };
          auto its_result = [&](Count i) { return projection.vector_written(p, i); };
          p.run(std::array<void*, 24>{dy,
                                      weight,
                                      read(6),
                                      x,
                                      vector(0),
                                      vector(1),
                                      vector(2),
                                      vector(3),
                                      read(7),
                                      its(0),
                                      its(1),
                                      its(2),
                                      its(3),
                                      dz,
                                      result(0),
                                      result(1),
                                      result(2),
                                      result(3),
                                      result(4),
                                      its_result(0),
                                      its_result(1),
                                      its_result(2),
                                      its_result(3),
                                      its_result(4)});
          // dz stands where dx will: the projection's first.
          projection.behind<T>(p, elements, dz, arguments.read<T>(7), arguments.write<T>(5),
                               arguments.write<float>(3), arguments.write<float>(4));
          break;
        }
      }
      main.behind<T>(p, elements, dz, arguments.read<T>(2), dx, arguments.write<float>(0),
                     arguments.write<float>(1));
    };
  });
}

// Where cuDNN has no engine: kernels of our own.
template <class Operation>
struct OwnKernel;
template <>
struct OwnKernel<steps::Convolution> {
  using type = kernels::plain_cuda::Convolution<devices::Cuda>;
};
template <>
struct OwnKernel<steps::ConvolutionDataGradient> {
  using type = kernels::plain_cuda::ConvolutionDataGradient<devices::Cuda>;
};
template <>
struct OwnKernel<steps::ConvolutionFilterGradient> {
  using type = kernels::plain_cuda::ConvolutionFilterGradient<devices::Cuda>;
};
template <class Operation>
concept has_own_kernel = requires {
  typename OwnKernel<Operation>::type;
};

template <class Operation>
Work own_work(devices::Cuda& device, Operation const& what, Shapes const& shapes, Types types) {
  using Own = typename OwnKernel<Operation>::type;
  auto prepared =
      std::make_shared<typename Own::Prepared>(Own::prepare(device, what, shapes, types));
  return [prepared](Arguments arguments) { prepared->run(arguments); };
}

inline std::string wrong_types(Types types) {
  return "cuDNN computes in float32, tensor float32, float16 or bfloat16 with float32 parameters, "
         "not in " +
         std::string(ai500::name(types.compute)) + " with parameters in " +
         std::string(ai500::name(types.accumulate));
}

/// Activations and filters have channels last; what is FP32 is plain: the filter gradient, vectors.
inline StepLayouts channels_last(std::size_t reads, std::size_t writes,
                                 std::initializer_list<std::size_t> plain_reads,
                                 std::initializer_list<std::size_t> plain_writes) {
  StepLayouts layouts{std::vector(reads, Layout::channels_last),
                      std::vector(writes, Layout::channels_last)};
  for (std::size_t i : plain_reads) layouts.reads[i] = Layout::plain;
  for (std::size_t i : plain_writes) layouts.writes[i] = Layout::plain;
  return layouts;
}
inline StepLayouts layouts_of(steps::Convolution const&) { return channels_last(2, 1, {}, {}); }
inline StepLayouts layouts_of(steps::ConvolutionDataGradient const&) {
  return channels_last(2, 1, {}, {});
}
inline StepLayouts layouts_of(steps::ConvolutionFilterGradient const&) {
  return channels_last(2, 1, {}, {0});
}
inline StepLayouts layouts_of(steps::ConvolutionForward const& what) {
  return what.normalizes_input ? channels_last(5, 2, {2, 3, 4}, {1}) : channels_last(2, 2, {}, {1});
}
inline StepLayouts layouts_of(steps::ConvolutionFilterBackward const&) {
  return channels_last(5, 1, {1, 2, 3}, {0});
}
inline StepLayouts layouts_of(steps::ConvolutionDataBackward const& what) {
  using enum steps::InputOrigin;
  switch (what.origin) {
    case identity_block:
      return channels_last(8, 4, {3, 4, 5}, {0, 1});
    case projection_block:
      return channels_last(11, 6, {3, 4, 5, 8, 9, 10}, {0, 1, 3, 4});
    case relu:
      break;
  }
  return channels_last(6, 3, {3, 4, 5}, {0, 1});
}

}  // namespace detail

template <class Operation>
std::vector<StepLayouts> PlannedConvolution<Operation>::layouts(devices::Cuda&,
                                                                Operation const& what,
                                                                Shapes const&, Types) {
  return {detail::layouts_of(what)};
}

template <class Operation>
bool PlannedConvolution<Operation>::applicable(devices::Cuda& device, Operation const& what,
                                               Shapes const& shapes, Types types) {
  return why_not_applicable(device, what, shapes, types).empty();
}

template <class Operation>
std::string PlannedConvolution<Operation>::why_not_applicable(devices::Cuda& device,
                                                              Operation const& what,
                                                              Shapes const& shapes, Types types) {
  auto const arithmetic = arithmetic_of(types);
  if (!arithmetic) return detail::wrong_types(types);
  Pattern const pattern = pattern_of(what, shapes, *arithmetic);
  if (is_plain(pattern.kind)) return {};
  if (!has_fusible_channels(pattern))
    return "its channels are no multiples of " + std::to_string(fused_channel_multiple);
  PlanSearch const& search = context_of(device).planner().find(pattern);
  return search ? "" : search.reason;
}

template <class Operation>
std::vector<std::string> PlannedConvolution<Operation>::ways(devices::Cuda& device,
                                                             Operation const& what,
                                                             Shapes const& shapes, Types types) {
  auto const arithmetic = arithmetic_of(types);
  if (!arithmetic) throw Error(detail::wrong_types(types));
  return detail::names_of_ways(device, pattern_of(what, shapes, *arithmetic));
}

template <class Operation>
typename PlannedConvolution<Operation>::Prepared PlannedConvolution<Operation>::prepare(
    devices::Cuda& device, Operation const& what, Shapes const& shapes, Types types) {
  auto const arithmetic = arithmetic_of(types);
  if (!arithmetic) throw Error(detail::wrong_types(types));
  Pattern const pattern = pattern_of(what, shapes, *arithmetic);
  detail::Way const way = detail::way_named(device, pattern, shapes.way);
  if constexpr (detail::has_own_kernel<Operation>)
    if (shapes.way == detail::own_kernel_way ||
        (shapes.way.empty() && !context_of(device).planner().find(way.pattern)))
      return {detail::own_work(device, what, shapes, types)};
  return {detail::work_of(device, what, pattern, way, types)};
}

template struct PlannedConvolution<steps::Convolution>;
template struct PlannedConvolution<steps::ConvolutionDataGradient>;
template struct PlannedConvolution<steps::ConvolutionFilterGradient>;
template struct PlannedConvolution<steps::ConvolutionForward>;
template struct PlannedConvolution<steps::ConvolutionFilterBackward>;
template struct PlannedConvolution<steps::ConvolutionDataBackward>;

}  // namespace ai500::kernels::cudnn
