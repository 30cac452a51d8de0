// SPDX-License-Identifier: Apache-2.0
/// @file The little of oneDNN that the kernels use, the same over its versions 2 and 3.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

#include <oneapi/dnnl/dnnl.hpp>

#include <ai500/core/error.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/onednn/types.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

using Memory = dnnl::memory;
using Descriptor = dnnl::memory::desc;

/// oneDNN's error for a C function that returned `code`.
/// @throws Error naming the function
inline void check(dnnl_status_t code, char const* function) {
  if (code != dnnl_success)
    throw Error(std::string("oneDNN: ") + function + " failed with status " + std::to_string(code));
}

/// How oneDNN computes in bfloat16 on this processor, as far as its environment lets it see.
enum class BfloatSupport { none, emulated, instructions };

inline BfloatSupport bfloat_support() {
  int const seen = static_cast<int>(dnnl::get_effective_cpu_isa());
  auto has = [&](int wanted) {
    return (seen & wanted) == wanted;
  };  // each has the bits of lesser ones
  if (has(dnnl_cpu_isa_avx512_core_bf16)) return BfloatSupport::instructions;
  return has(dnnl_cpu_isa_avx512_core) ? BfloatSupport::emulated : BfloatSupport::none;
}

/// Runs `make`, which builds oneDNN objects for numbers of these types; its errors become ours.
/// @throws Error naming the step and the types
template <class Make>
auto built(std::string_view step, Types types, Make&& make) {
  require_types(step, types);
  try {
    return std::forward<Make>(make)();
  } catch (dnnl::error const& error) {
    throw Error("oneDNN has no kernel for the step '" + std::string(step) + "' in " +
                std::string(name(types.compute)) + ": " + error.what());
  }
}

/// "oneDNN 2.6.3".
inline std::string version() {
  dnnl_version_t const* v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

/// The processor.
/// @throws Error when oneDNN was built for another library of threads than OpenMP: it would not
/// heed
/// --threads, and two pools would share the cores
inline dnnl::engine processor() {
  if (dnnl_version()->cpu_runtime != DNNL_RUNTIME_OMP)
    throw Error(
        "oneDNN " + version() +
        " was not built for OpenMP, whose threads ai500 shares with it; Debian's libdnnl-dev "
        "and the wheels onednn-devel-cpu-gomp and onednn-cpu-gomp are");
  return {dnnl::engine::kind::cpu, 0};
}

/// The processor and its queue.
struct Engine {
  dnnl::engine engine = processor();
  dnnl::stream stream{engine};
};

inline Memory::dims dims(Shape const& s) { return {s.items, s.channels, s.height, s.width}; }

/// oneDNN's name of a type, one of those that `computes_in` allows.
constexpr Memory::data_type data_type(NumberType type) {
  return type == NumberType::bfloat16 ? Memory::data_type::bf16 : Memory::data_type::f32;
}

/// Activations (n, c, h, w) in one of our layouts.
inline Descriptor descriptor(Shape const& shape, Layout layout, NumberType type) {
  using Tag = Memory::format_tag;
  Tag const tag = layout == Layout::channels_16     ? Tag::nChw16c
                  : layout == Layout::channels_8    ? Tag::nChw8c
                  : layout == Layout::channels_last ? Tag::nhwc
                                                    : Tag::nchw;
  return {dims(shape), data_type(type), tag};
}

/// Activations in whatever order oneDNN likes best; in bfloat16 in blocks where they fit, for with
/// AMX it would like NHWC, which normalizations do not offer.
inline Descriptor any_order(Shape const& shape, NumberType type) {
  if (type == NumberType::bfloat16 && fits(Layout::channels_16, shape))
    return descriptor(shape, Layout::channels_16, type);
  return {dims(shape), data_type(type), Memory::format_tag::any};
}

/// Which of our layouts a descriptor is; plain when none, for then the caller asks for plain.
inline Layout layout_of(Descriptor const& given, Shape const& shape, NumberType type) {
  for (Layout layout :
       {Layout::channels_16, Layout::channels_8, Layout::plain, Layout::channels_last})
    if (fits(layout, shape) && given == descriptor(shape, layout, type)) return layout;
  return Layout::plain;
}

/// One argument of a primitive: the number that oneDNN gives it and the memory.
struct Argument {
  int number;
  Memory* memory;
};

/// Runs a primitive without making a map of its arguments.
template <std::size_t n>
void execute(dnnl::primitive const& primitive, dnnl::stream const& stream,
             Argument const (&arguments)[n]) {
  dnnl_exec_arg_t list[n];
  for (std::size_t i = 0; i < n; ++i) list[i] = {arguments[i].number, arguments[i].memory->get()};
  check(dnnl_primitive_execute(primitive.get(), stream.get(), static_cast<int>(n), list),
        "dnnl_primitive_execute");
}

/// Points a memory object at somebody's elements.
inline void point(Memory& memory, void const* elements) {
  check(dnnl_memory_set_data_handle(memory.get(), const_cast<void*>(elements)),
        "dnnl_memory_set_data_handle");
}

/// A memory object that will be pointed at elements later.
inline Memory elsewhere(Descriptor const& descriptor, Engine const& engine) {
  return {descriptor, engine.engine, DNNL_MEMORY_NONE};
}

/// The geometry of a convolution and the types of its numbers, as oneDNN wants them. Primitives
/// read weights in the type of activations and write their gradients in that of parameters.
struct ConvolutionGeometry {
  Memory::dims strides;
  Memory::dims padding;
  Memory::dims weight;
  bool grouped;
  Types types;
  dnnl::algorithm algorithm = dnnl::algorithm::convolution_direct;

  ConvolutionGeometry(Window const& window, Count groups, Shape const& w, Types t)
      : strides{window.stride.height, window.stride.width},
        padding{window.padding.height, window.padding.width},
        weight{w.items, w.channels, w.height, w.width},
        grouped(groups > 1),
        types(t) {
    if (grouped) weight = {groups, w.items / groups, w.channels, w.height, w.width};
  }

  Descriptor any_weight() const {
    return {weight, data_type(types.compute), Memory::format_tag::any};
  }
  Descriptor any_weight_gradient() const {
    return {weight, data_type(types.accumulate), Memory::format_tag::any};
  }
  /// What is added to each output channel.
  Descriptor bias() const {
    Count const channels = grouped ? weight[0] * weight[1] : weight[0];
    return {{channels}, data_type(types.accumulate), Memory::format_tag::x};
  }
  /// A parameter, or its gradient, outside of the primitives.
  Descriptor plain_weight() const {
    return {weight, data_type(types.accumulate),
            grouped ? Memory::format_tag::goihw : Memory::format_tag::oihw};
  }
};

using ForwardConvolution = dnnl::convolution_forward;
using DataConvolution = dnnl::convolution_backward_data;
using FilterConvolution = dnnl::convolution_backward_weights;

/// What a convolution does to its results at last, in this order.
struct ConvolutionEnding {
  bool adds = false;  ///< what stands in y already
  bool relu = false;
};

/// The geometry of a pooling.
struct PoolingGeometry {
  dnnl::algorithm algorithm;
  Memory::dims kernel;
  Memory::dims strides;
  Memory::dims padding;

  PoolingGeometry(dnnl::algorithm kind, Window const& window)
      : algorithm(kind),
        kernel{window.kernel.height, window.kernel.width},
        strides{window.stride.height, window.stride.width},
        padding{window.padding.height, window.padding.width} {}

  /// oneDNN wants the padding behind as it is used: less where the last window ends early.
  Memory::dims padding_behind(Shape const& x, Shape const& y) const {
    auto behind = [&](std::size_t i, Count in, Count out) {
      return (out - 1) * strides[i] + kernel[i] - in - padding[i];
    };
    return {behind(0, x.height, y.height), behind(1, x.width, y.width)};
  }
};

/// A matrix, row by row ("ab"), column by column ("ba"), or in whatever order oneDNN likes best.
inline Descriptor matrix(Count rows, Count columns, NumberType type, Memory::format_tag order) {
  return {{rows, columns}, data_type(type), order};
}

using Product = dnnl::matmul;
using ForwardPooling = dnnl::pooling_forward;
using BackwardPooling = dnnl::pooling_backward;

inline void append_relu(dnnl::post_ops& operations) {
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#else
  operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#endif
}

/// The attributes of a convolution with an ending.
inline dnnl::primitive_attr attributes(ConvolutionEnding ending) {
  dnnl::post_ops operations;
  if (ending.adds) operations.append_sum(1.0f);
  if (ending.relu) append_relu(operations);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(operations);
  return attributes;
}

/// found(description) for each of oneDNN's implementations, best first, until it returns true.
/// While it looks for the next one, oneDNN 2 reads the operation and the hint that the first was
/// made of: they live as long as the search.
template <class Description, class Found>
void each_implementation(Description& description, Found const& found) {
  do {
    if (found(std::as_const(description))) return;
  } while (description.next_impl());
}

// The three passes of a convolution of x (or dx) to y (or dy): each_implementation of each.
template <class Found>
void each_forward_convolution(Engine const& engine, ConvolutionGeometry const& g,
                              Descriptor const& x, Descriptor const& y, Found const& found);

/// The implementation that oneDNN ranks first; gradients ask for it as a hint.
inline ForwardConvolution::primitive_desc first_forward_convolution(Engine const& engine,
                                                                    ConvolutionGeometry const& g,
                                                                    Descriptor const& x,
                                                                    Descriptor const& y) {
  ForwardConvolution::primitive_desc first;
  each_forward_convolution(engine, g, x, y, [&](ForwardConvolution::primitive_desc const& one) {
    first = one;
    return true;
  });
  return first;
}

#if DNNL_VERSION_MAJOR >= 3

/// A forward convolution with a bias in the type of parameters, for inference only.
inline ForwardConvolution::primitive_desc folded_convolution(Engine const& engine,
                                                             ConvolutionGeometry const& g,
                                                             Descriptor const& x,
                                                             Descriptor const& y,
                                                             ConvolutionEnding ending) {
  return {engine.engine,
          dnnl::prop_kind::forward_inference,
          g.algorithm,
          x,
          g.any_weight(),
          g.bias(),
          y,
          g.strides,
          g.padding,
          g.padding,
          attributes(ending)};
}

/// c = a b + bias; an empty bias: none.
inline Product::primitive_desc product(Engine const& engine, Descriptor const& a,
                                       Descriptor const& b, Descriptor const& bias,
                                       Descriptor const& c) {
  return {engine.engine, a, b, bias, c};
}

inline ForwardPooling::primitive_desc forward_pooling(Engine const& engine,
                                                      PoolingGeometry const& g, Shape const& x,
                                                      Shape const& y, Layout layout,
                                                      NumberType type) {
  return {engine.engine,
          dnnl::prop_kind::forward_training,
          g.algorithm,
          descriptor(x, layout, type),
          descriptor(y, layout, type),
          g.strides,
          g.kernel,
          {0, 0},
          g.padding,
          g.padding_behind(x, y)};
}
inline BackwardPooling::primitive_desc backward_pooling(Engine const& engine,
                                                        PoolingGeometry const& g, Shape const& x,
                                                        Shape const& y, Layout layout,
                                                        NumberType type) {
  return {engine.engine,
          g.algorithm,
          descriptor(x, layout, type),
          descriptor(y, layout, type),
          g.strides,
          g.kernel,
          {0, 0},
          g.padding,
          g.padding_behind(x, y),
          forward_pooling(engine, g, x, y, layout, type)};
}

template <class Found>
void each_forward_convolution(Engine const& engine, ConvolutionGeometry const& g,
                              Descriptor const& x, Descriptor const& y, Found const& found) {
  ForwardConvolution::primitive_desc description(engine.engine, dnnl::prop_kind::forward_training,
                                                 g.algorithm, x, g.any_weight(), y, g.strides,
                                                 g.padding, g.padding);
  each_implementation(description, found);
}
template <class Found>
void each_data_convolution(Engine const& engine, ConvolutionGeometry const& g, Descriptor const& dx,
                           Descriptor const& dy, Found const& found) {
  auto const hint = first_forward_convolution(engine, g, dx, dy);
  DataConvolution::primitive_desc description(engine.engine, g.algorithm, dx, g.any_weight(), dy,
                                              g.strides, g.padding, g.padding, hint);
  each_implementation(description, found);
}
template <class Found>
void each_filter_convolution(Engine const& engine, ConvolutionGeometry const& g,
                             Descriptor const& x, Descriptor const& dy, Found const& found) {
  auto const hint = first_forward_convolution(engine, g, x, dy);
  FilterConvolution::primitive_desc description(engine.engine, g.algorithm, x,
                                                g.any_weight_gradient(), dy, g.strides, g.padding,
                                                g.padding, hint);
  each_implementation(description, found);
}

#else

inline Product::primitive_desc product(Engine const& engine, Descriptor const& a,
                                       Descriptor const& b, Descriptor const& bias,
                                       Descriptor const& c) {
  return {{a, b, bias, c}, engine.engine};
}

inline ForwardConvolution::primitive_desc folded_convolution(Engine const& engine,
                                                             ConvolutionGeometry const& g,
                                                             Descriptor const& x,
                                                             Descriptor const& y,
                                                             ConvolutionEnding ending) {
  return {{dnnl::prop_kind::forward_inference, g.algorithm, x, g.any_weight(), g.bias(), y,
           g.strides, g.padding, g.padding},
          attributes(ending),
          engine.engine};
}

inline ForwardPooling::primitive_desc forward_pooling(Engine const& engine,
                                                      PoolingGeometry const& g, Shape const& x,
                                                      Shape const& y, Layout layout,
                                                      NumberType type) {
  return {{dnnl::prop_kind::forward_training, g.algorithm, descriptor(x, layout, type),
           descriptor(y, layout, type), g.strides, g.kernel, g.padding, g.padding_behind(x, y)},
          engine.engine};
}
inline BackwardPooling::primitive_desc backward_pooling(Engine const& engine,
                                                        PoolingGeometry const& g, Shape const& x,
                                                        Shape const& y, Layout layout,
                                                        NumberType type) {
  return {{g.algorithm, descriptor(x, layout, type), descriptor(y, layout, type), g.strides,
           g.kernel, g.padding, g.padding_behind(x, y)},
          engine.engine,
          forward_pooling(engine, g, x, y, layout, type)};
}

template <class Found>
void each_forward_convolution(Engine const& engine, ConvolutionGeometry const& g,
                              Descriptor const& x, Descriptor const& y, Found const& found) {
  ForwardConvolution::desc const operation(dnnl::prop_kind::forward_training, g.algorithm, x,
                                           g.any_weight(), y, g.strides, g.padding, g.padding);
  ForwardConvolution::primitive_desc description(operation, engine.engine);
  each_implementation(description, found);
}
template <class Found>
void each_data_convolution(Engine const& engine, ConvolutionGeometry const& g, Descriptor const& dx,
                           Descriptor const& dy, Found const& found) {
  auto const hint = first_forward_convolution(engine, g, dx, dy);
  DataConvolution::desc const operation(g.algorithm, dx, g.any_weight(), dy, g.strides, g.padding,
                                        g.padding);
  DataConvolution::primitive_desc description(operation, engine.engine, hint);
  each_implementation(description, found);
}
template <class Found>
void each_filter_convolution(Engine const& engine, ConvolutionGeometry const& g,
                             Descriptor const& x, Descriptor const& dy, Found const& found) {
  auto const hint = first_forward_convolution(engine, g, x, dy);
  FilterConvolution::desc const operation(g.algorithm, x, g.any_weight_gradient(), dy, g.strides,
                                          g.padding, g.padding);
  FilterConvolution::primitive_desc description(operation, engine.engine, hint);
  each_implementation(description, found);
}

#endif

}  // namespace ai500::kernels::onednn
