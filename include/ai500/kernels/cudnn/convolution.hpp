// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions by cuDNN's plans, forward and gradients, alone and fused with what is around
/// them. Activations are NHWC. Filters are read as StoreWeights writes them, (c', kh, kw, c /
/// groups) in the compute type, and their gradients written plain in FP32; defined in
/// convolution.ipp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::cudnn {

/// The kernel of one of the six convolution steps.
template <class Operation>
struct PlannedConvolution {
  static constexpr std::string_view name = "cudnn";
  using operation = Operation;

  struct Prepared {
    std::function<void(Arguments)> work;

    /// The first run with an argument's address prepares cuDNN's list of addresses; later ones
    /// allocate nothing of ours.
    void run(Arguments arguments) { work(arguments); }
  };

  /// Activations NHWC, filters (c', kh, kw, c / groups), the rest plain.
  static std::vector<StepLayouts> layouts(devices::Cuda&, Operation const& what,
                                          Shapes const& shapes, Types types);

  /// A fused step: whether cuDNN has an engine for it on this GPU. A convolution alone: whether it
  /// computes in these types, for where there is no engine a kernel of our own is used.
  static bool applicable(devices::Cuda& device, Operation const& what, Shapes const& shapes,
                         Types types);

  /// Why cuDNN has no engine for a fused step; empty where it has.
  static std::string why_not_applicable(devices::Cuda& device, Operation const& what,
                                        Shapes const& shapes, Types types);

  /// cuDNN's engines with their knobs, "engine 62 k2=5 k13=1", as its heuristics rank them, those
  /// first that want images and filters filled up with channels ("padded engine 7"); where there is
  /// no engine, "own kernel".
  static std::vector<std::string> ways(devices::Cuda& device, Operation const& what,
                                       Shapes const& shapes, Types types);

  /// @throws GraphError when the shapes are no convolution, Error for types that it does not
  /// compute in, or saying why cuDNN has no engine, or which it has
  static Prepared prepare(devices::Cuda& device, Operation const& what, Shapes const& shapes,
                          Types types);
};

/// y = x * weight
using Convolution = PlannedConvolution<steps::Convolution>;
/// dx = dy *^T weight
using ConvolutionDataGradient = PlannedConvolution<steps::ConvolutionDataGradient>;
/// dweight = sum over items and positions of x dy
using ConvolutionFilterGradient = PlannedConvolution<steps::ConvolutionFilterGradient>;
/// y = x * weight with y's statistics, and x's normalization and relu before
using ConvolutionForward = PlannedConvolution<steps::ConvolutionForward>;
/// the filter gradient of a normalized x
using ConvolutionFilterBackward = PlannedConvolution<steps::ConvolutionFilterBackward>;
/// the data gradient with those of relu and normalizations
using ConvolutionDataBackward = PlannedConvolution<steps::ConvolutionDataBackward>;

static_assert(KernelPolicy<Convolution, devices::Cuda> &&
              ChoosesLayouts<Convolution, devices::Cuda> &&
              OffersWays<Convolution, devices::Cuda> &&
              SaysWhereApplicable<ConvolutionForward, devices::Cuda> &&
              SaysWhyNotApplicable<ConvolutionForward, devices::Cuda>);

}  // namespace ai500::kernels::cudnn
