// SPDX-License-Identifier: Apache-2.0
/// @file The kernels of the oneDNN set, compiled. One file of a program includes it:
/// ai500::onednn's.
#pragma once

#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.ipp>
#include <ai500/kernels/onednn/folded_convolution.ipp>
#include <ai500/kernels/onednn/fully_connected.ipp>
#include <ai500/kernels/onednn/fused_normalization.ipp>
#include <ai500/kernels/onednn/normalization.ipp>
#include <ai500/kernels/onednn/pooling.ipp>
#include <ai500/kernels/onednn/reorder.ipp>
#include <ai500/kernels/onednn/widened.ipp>
#include <ai500/kernels/onednn/winograd.ipp>

namespace ai500::kernels::onednn {

namespace detail {

/// What a report says of bfloat16 on this processor.
inline std::string_view remark_on_bfloat() {
  switch (bfloat_support()) {
    case BfloatSupport::none:
      return " (bfloat16 is widened to float)";
    case BfloatSupport::emulated:
      return " (bfloat16 is emulated)";
    case BfloatSupport::instructions:
      break;
  }
  return "";
}

}  // namespace detail

std::string Traits::library() {
  bool const has_own_ways = devices::instruction_set() != devices::InstructionSet::generic;
  return "oneDNN " + version() + std::string(detail::remark_on_bfloat()) +
         (has_own_ways ? ", convolutions by ai500 where that is faster" : "");
}

std::string WinogradTraits::library() {
  return Traits::library() + (has_winograd()
                                  ? ", Winograd by ai500"
                                  : ", no Winograd on this processor: direct convolutions");
}

}  // namespace ai500::kernels::onednn

namespace ai500 {

template KernelEntry kernel_entry<kernels::onednn::NormalizationForward, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::NormalizationEvaluation, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::NormalizationBackward, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::Convolution, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::ConvolutionDataGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::ConvolutionFilterGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::ConvolutionEvaluation, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::FullyConnected, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::FullyConnectedDataGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::FullyConnectedWeightGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::NormalizationStatistics, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::NormalizationApply, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::NormalizationParameterGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::NormalizationDataGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::MaxPooling, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::MaxPoolingGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::AveragePooling, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::AveragePoolingGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::Reorder, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::WinogradConvolution, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::WinogradDataGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::WinogradFilterGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::onednn::WinogradEvaluation, devices::Host>();

}  // namespace ai500
