// SPDX-License-Identifier: Apache-2.0
/// @file The fast kernel set of CPUs: convolutions, poolings and matrix products by oneDNN, our own
/// normalization. A program that uses it links ai500::onednn.
#pragma once

#include <string>
#include <string_view>

#include <ai500/devices/openmp_team.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/onednn/convolution.hpp>
#include <ai500/kernels/onednn/folded_convolution.hpp>
#include <ai500/kernels/onednn/fully_connected.hpp>
#include <ai500/kernels/onednn/fused_normalization.hpp>
#include <ai500/kernels/onednn/normalization.hpp>
#include <ai500/kernels/onednn/pooling.hpp>
#include <ai500/kernels/onednn/reorder.hpp>
#include <ai500/kernels/onednn/types.hpp>
#include <ai500/kernels/onednn/winograd.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/kernels/supports.hpp>

namespace ai500::kernels {

namespace onednn {

/// All cores of a rank, activations in blocks of channels.
struct Traits {
  static constexpr std::string_view name = "onednn";
  using Device = devices::Host;
  static constexpr std::string_view layout =
      "NCHW in blocks of 16 or 8 channels where oneDNN wants it";
  static constexpr bool threaded = true;
  static Device make_device(DeviceChoice const& choice) {
    return Device(devices::openmp_team(choice.threads));
  }
  /// "oneDNN 2.6.3", how bfloat16 is computed where there are no instructions for it, and what is
  /// computed by ai500 instead
  static std::string library();
  static constexpr bool computes_in(Types types) { return onednn::computes_in(types); }
};
static_assert(KernelSetTraits<Traits>);

/// The same with Winograd's convolutions.
struct WinogradTraits {
  static constexpr std::string_view name = Traits::name;
  using Device = Traits::Device;
  static constexpr std::string_view layout = Traits::layout;
  static constexpr bool threaded = Traits::threaded;
  static Device make_device(DeviceChoice const& choice) { return Traits::make_device(choice); }
  /// "oneDNN 2.6.3, Winograd by oneDNN", or by ai500, or that there is none
  static std::string library();
  static constexpr bool computes_in(Types types) { return Traits::computes_in(types); }
};
static_assert(KernelSetTraits<WinogradTraits>);

}  // namespace onednn

/// FP32 or bfloat16 (precision::Bf16Mixed) at the speed of oneDNN.
using OneDnn = KernelSet<
    onednn::Traits, onednn::Convolution, onednn::ConvolutionDataGradient,
    onednn::ConvolutionFilterGradient, onednn::FullyConnected, onednn::FullyConnectedDataGradient,
    onednn::FullyConnectedWeightGradient, onednn::NormalizationStatistics,
    onednn::NormalizationApply, onednn::NormalizationParameterGradient,
    onednn::NormalizationDataGradient, onednn::NormalizationForward,
    onednn::NormalizationEvaluation, onednn::NormalizationBackward, onednn::ConvolutionEvaluation,
    reference::UpdateRunningStatistics, reference::Relu, reference::ReluGradient, reference::Add,
    reference::SumGradients, onednn::MaxPooling, onednn::MaxPoolingGradient, onednn::AveragePooling,
    onednn::AveragePoolingGradient, reference::Softmax, reference::SoftmaxCrossEntropy,
    reference::Accumulate, onednn::Reorder>;

/// The same with Winograd's algorithm for convolutions of 3x3 windows with stride 1, training's and
/// evaluations': faster, with larger rounding errors. All else is OneDnn's.
using OneDnnWinograd =
    OneDnn::with<onednn::WinogradConvolution, onednn::WinogradDataGradient,
                 onednn::WinogradFilterGradient,
                 onednn::WinogradEvaluation>::with_traits<onednn::WinogradTraits>;

}  // namespace ai500::kernels

namespace ai500 {

// Compiled once, into ai500::onednn (kernels/onednn.ipp).
extern template KernelEntry kernel_entry<kernels::onednn::Convolution, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::ConvolutionDataGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::onednn::ConvolutionFilterGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::ConvolutionEvaluation, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::FullyConnected, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::onednn::FullyConnectedDataGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::onednn::FullyConnectedWeightGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::NormalizationStatistics, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::NormalizationApply, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::onednn::NormalizationParameterGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::onednn::NormalizationDataGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::NormalizationForward, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::NormalizationEvaluation, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::NormalizationBackward, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::MaxPooling, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::MaxPoolingGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::AveragePooling, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::AveragePoolingGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::Reorder, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::WinogradConvolution, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::WinogradDataGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::WinogradFilterGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::onednn::WinogradEvaluation, devices::Host>();

}  // namespace ai500
