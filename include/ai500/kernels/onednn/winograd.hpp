// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions by Winograd's minimal filtering: 3x3 windows with stride 1, in FP32, in
/// blocks of channels; elsewhere as in convolution.hpp. They are our own
/// (kernels/blocked/winograd.ipp); oneDNN 2 has others for AVX-512, which are among the ways there.
/// Of the multiplications they save all but a quarter (tiles of 4x4: 36 instead of 144), at the
/// cost of larger rounding errors: within 1e-4 of the largest element where a direct convolution is
/// within 1e-5 (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016). FLOPs of
/// reports are counted on the graph, so they do not change.
#pragma once

#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/onednn/folded_convolution.hpp>
#include <ai500/kernels/onednn/widened.hpp>

namespace ai500::kernels::onednn {

/// Whether this processor has them: without AVX2 oneDNN wants no blocks of channels.
bool has_winograd();

/// y = x * weight
using WinogradConvolution =
    Widened<ConvolutionKernel<steps::Convolution, Algorithms::winograd_first>>;
static_assert(KernelPolicy<WinogradConvolution, devices::Host> &&
              ChoosesLayouts<WinogradConvolution, devices::Host> &&
              OffersWays<WinogradConvolution, devices::Host>);

/// dx = dy * weight, turned by 180 degrees
using WinogradDataGradient =
    Widened<ConvolutionKernel<steps::ConvolutionDataGradient, Algorithms::winograd_first>>;
static_assert(KernelPolicy<WinogradDataGradient, devices::Host> &&
              ChoosesLayouts<WinogradDataGradient, devices::Host> &&
              OffersWays<WinogradDataGradient, devices::Host>);

/// dweight = sum over items and positions of x dy
using WinogradFilterGradient =
    Widened<ConvolutionKernel<steps::ConvolutionFilterGradient, Algorithms::winograd_first>>;
static_assert(KernelPolicy<WinogradFilterGradient, devices::Host> &&
              ChoosesLayouts<WinogradFilterGradient, devices::Host> &&
              OffersWays<WinogradFilterGradient, devices::Host>);

/// y = max(x * (factor weight) + ..., 0): an evaluation's
using WinogradEvaluation = Widened<ConvolutionEvaluationKernel<Algorithms::winograd_first>>;
static_assert(KernelPolicy<WinogradEvaluation, devices::Host> &&
              ChoosesLayouts<WinogradEvaluation, devices::Host> &&
              WritesInPlace<WinogradEvaluation> && KeepsWeights<WinogradEvaluation>);

}  // namespace ai500::kernels::onednn
