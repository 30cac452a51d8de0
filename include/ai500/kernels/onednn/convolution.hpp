// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions by oneDNN, forward and gradients, and our own where they are faster.
/// Activations are in the layout that oneDNN likes best; weights are plain outside and put into its
/// order inside, which keeps parameters, messages and checkpoints free of layouts
/// (docs/decisions/0004).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/onednn/widened.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::onednn {

/// Which algorithms a convolution may be computed by.
enum class Algorithms {
  direct,
  winograd_first,  ///< Winograd's where the place has one, else direct
};

/// A pass of a convolution, by whichever algorithm.
template <class Operation>
struct PreparedConvolution {
  struct State;
  std::shared_ptr<State> state;

  void run(Arguments arguments);
};

/// The kernel of one pass of a convolution. Instantiated in convolution.ipp for the three of them
/// and both algorithms.
template <class Operation, Algorithms algorithms>
struct ConvolutionKernel {
  static constexpr std::string_view name =
      algorithms == Algorithms::direct ? "onednn" : "onednn winograd";
  using operation = Operation;
  using Prepared = PreparedConvolution<Operation>;

  /// Those that the direct algorithm likes best
  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types types);

  /// oneDNN's implementations, by its names, as it ranks them, Winograd's before those of the
  /// direct algorithm; and our own, "ai500:...", first where they are faster
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types types);

  /// @throws Error naming the step and what does not fit, or why there is no kernel
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types);
};

/// y = x * weight
using Convolution = Widened<ConvolutionKernel<steps::Convolution, Algorithms::direct>>;
static_assert(KernelPolicy<Convolution, devices::Host> &&
              ChoosesLayouts<Convolution, devices::Host> && OffersWays<Convolution, devices::Host>);

/// dx = dy * weight, turned by 180 degrees
using ConvolutionDataGradient =
    Widened<ConvolutionKernel<steps::ConvolutionDataGradient, Algorithms::direct>>;
static_assert(KernelPolicy<ConvolutionDataGradient, devices::Host> &&
              ChoosesLayouts<ConvolutionDataGradient, devices::Host> &&
              OffersWays<ConvolutionDataGradient, devices::Host>);

/// dweight = sum over items and positions of x dy
using ConvolutionFilterGradient =
    Widened<ConvolutionKernel<steps::ConvolutionFilterGradient, Algorithms::direct>>;
static_assert(KernelPolicy<ConvolutionFilterGradient, devices::Host> &&
              ChoosesLayouts<ConvolutionFilterGradient, devices::Host> &&
              OffersWays<ConvolutionFilterGradient, devices::Host>);

}  // namespace ai500::kernels::onednn
