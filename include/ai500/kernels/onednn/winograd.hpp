// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions by Winograd's minimal filtering, where oneDNN has it: 3x3 windows with stride
/// 1, in FP32, in blocks of 16 channels (AVX-512, oneDNN 2); elsewhere as in convolution.hpp. Of
/// the multiplications it saves all but a quarter (tiles of 4x4: 36 instead of 144), at the cost of
/// larger rounding errors: within 1e-4 of the largest element where a direct convolution is within
/// 1e-5 (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016). FLOPs of reports
/// are counted on the graph, so they do not change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <ai500/kernels/onednn/convolution.hpp>

namespace ai500::kernels::onednn {

/// Whether oneDNN has Winograd convolutions on this processor.
bool has_winograd();

/// y = x * weight
struct WinogradConvolution {
  static constexpr std::string_view name = "onednn winograd";
  using operation = steps::Convolution;
  using Prepared = Convolution::Prepared;

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types types);
  /// Winograd's implementation where there is one, then those of the direct algorithm
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types types);
  /// @throws Error naming the step and what does not fit, or why oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types types);
};
static_assert(KernelPolicy<WinogradConvolution, devices::Host> &&
              ChoosesLayouts<WinogradConvolution, devices::Host> &&
              OffersWays<WinogradConvolution, devices::Host>);

/// dx = dy * weight, turned by 180 degrees
struct WinogradDataGradient {
  static constexpr std::string_view name = "onednn winograd";
  using operation = steps::ConvolutionDataGradient;
  using Prepared = ConvolutionDataGradient::Prepared;

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types types);
  /// Winograd's implementation where there is one, then those of the direct algorithm
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types types);
  /// @throws Error naming the step and what does not fit, or why oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types types);
};
static_assert(KernelPolicy<WinogradDataGradient, devices::Host> &&
              ChoosesLayouts<WinogradDataGradient, devices::Host> &&
              OffersWays<WinogradDataGradient, devices::Host>);

/// dweight = sum over items and positions of x dy
struct WinogradFilterGradient {
  static constexpr std::string_view name = "onednn winograd";
  using operation = steps::ConvolutionFilterGradient;
  using Prepared = ConvolutionFilterGradient::Prepared;

  static std::vector<StepLayouts> layouts(devices::Host&, operation const& what,
                                          Shapes const& shapes, Types types);
  /// Winograd's implementation where there is one, then those of the direct algorithm
  static std::vector<std::string> ways(devices::Host&, operation const& what, Shapes const& shapes,
                                       Types types);
  /// @throws Error naming the step and what does not fit, or why oneDNN has no kernel
  static Prepared prepare(devices::Host&, operation const& what, Shapes const& shapes, Types types);
};
static_assert(KernelPolicy<WinogradFilterGradient, devices::Host> &&
              ChoosesLayouts<WinogradFilterGradient, devices::Host> &&
              OffersWays<WinogradFilterGradient, devices::Host>);

}  // namespace ai500::kernels::onednn
