// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions by oneDNN, forward and gradients. Activations are in the layout that oneDNN
/// likes best; weights are plain outside and put into its order inside, which costs less than one
/// per cent of a step and keeps parameters, messages and checkpoints free of layouts.
#pragma once

#include <optional>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

/// A weight in plain order outside and in oneDNN's inside.
class Weight {
 public:
  /// @param inside the order that the primitive wants
  Weight(Engine const& engine, Descriptor const& plain, Descriptor const& inside)
      : outside_(elsewhere(plain, engine)) {
    if (inside == plain) return;
    inside_.emplace(inside, engine.engine);
    bring_in_.emplace(outside_, *inside_);
    bring_out_.emplace(*inside_, outside_);
  }

  /// The memory that the primitive reads, filled from `elements`.
  Memory* brought_in(float const* elements, dnnl::stream const& stream) {
    point(outside_, elements);
    if (!inside_) return &outside_;
    execute(*bring_in_, stream, {{DNNL_ARG_FROM, &outside_}, {DNNL_ARG_TO, &*inside_}});
    return &*inside_;
  }

  /// The memory that the primitive writes; `bring_out` then fills `elements`.
  Memory* to_write(float* elements) {
    point(outside_, elements);
    return inside_ ? &*inside_ : &outside_;
  }
  void bring_out(dnnl::stream const& stream) {
    if (inside_)
      execute(*bring_out_, stream, {{DNNL_ARG_FROM, &*inside_}, {DNNL_ARG_TO, &outside_}});
  }

 private:
  Memory outside_;
  std::optional<Memory> inside_;
  std::optional<dnnl::reorder> bring_in_;
  std::optional<dnnl::reorder> bring_out_;
};

/// y = x * weight
struct Convolution {
  static constexpr std::string_view name = "onednn";
  using operation = steps::Convolution;

  struct Prepared {
    Engine engine;
    ForwardConvolution primitive;
    Weight weight;
    Memory x, y;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types);

  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};
static_assert(KernelPolicy<Convolution, devices::Host> &&
              ChoosesLayouts<Convolution, devices::Host>);

/// dx = dy * weight, turned by 180 degrees
struct ConvolutionDataGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::ConvolutionDataGradient;

  struct Prepared {
    Engine engine;
    DataConvolution primitive;
    Weight weight;
    Memory dy, dx;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types);

  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};
static_assert(KernelPolicy<ConvolutionDataGradient, devices::Host> &&
              ChoosesLayouts<ConvolutionDataGradient, devices::Host>);

/// dweight = sum over items and positions of x dy
struct ConvolutionFilterGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::ConvolutionFilterGradient;

  struct Prepared {
    Engine engine;
    FilterConvolution primitive;
    Weight dweight;
    Memory x, dy;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types);

  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};
static_assert(KernelPolicy<ConvolutionFilterGradient, devices::Host> &&
              ChoosesLayouts<ConvolutionFilterGradient, devices::Host>);

}  // namespace ai500::kernels::onednn
