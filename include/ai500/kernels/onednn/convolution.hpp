// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions by oneDNN, forward and gradients. Activations are in the layout that oneDNN
/// likes best; weights are plain outside and put into its order inside, which
/// keeps parameters, messages and checkpoints free of layouts (docs/decisions/0004).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

/// y = x * weight
struct Convolution {
  static constexpr std::string_view name = "onednn";
  using operation = steps::Convolution;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types);

  /// oneDNN's implementations of the direct algorithm, by its names, as it ranks them
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types);

  /// @throws Error naming the step and what does not fit, or why oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};
static_assert(KernelPolicy<Convolution, devices::Host> &&
              ChoosesLayouts<Convolution, devices::Host> && OffersWays<Convolution, devices::Host>);

/// dx = dy * weight, turned by 180 degrees
struct ConvolutionDataGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::ConvolutionDataGradient;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types);

  /// oneDNN's implementations of the direct algorithm, by its names, as it ranks them
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types);

  /// @throws Error naming the step and what does not fit, or why oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};
static_assert(KernelPolicy<ConvolutionDataGradient, devices::Host> &&
              ChoosesLayouts<ConvolutionDataGradient, devices::Host> &&
              OffersWays<ConvolutionDataGradient, devices::Host>);

/// dweight = sum over items and positions of x dy
struct ConvolutionFilterGradient {
  static constexpr std::string_view name = "onednn";
  using operation = steps::ConvolutionFilterGradient;

  struct Prepared {
    struct State;
    std::shared_ptr<State> state;

    void run(Arguments arguments);
  };

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types);

  /// oneDNN's implementations of the direct algorithm, by its names, as it ranks them
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types);

  /// @throws Error naming the step and what does not fit, or why oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types);
};
static_assert(KernelPolicy<ConvolutionFilterGradient, devices::Host> &&
              ChoosesLayouts<ConvolutionFilterGradient, devices::Host> &&
              OffersWays<ConvolutionFilterGradient, devices::Host>);

}  // namespace ai500::kernels::onednn
