// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels for float and double, compiled. One file of a program includes it:
/// ai500::eigen's.
#pragma once

#include <ai500/kernels/reference.hpp>
#include <ai500/kernels/reference/gemm.ipp>

namespace ai500 {

template KernelEntry kernel_entry<kernels::reference::Convolution, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::ConvolutionDataGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::ConvolutionFilterGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::FullyConnected, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::FullyConnectedDataGradient, devices::Host>();
template KernelEntry
kernel_entry<kernels::reference::FullyConnectedWeightGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::NormalizationStatistics, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::NormalizationApply, devices::Host>();
template KernelEntry
kernel_entry<kernels::reference::NormalizationParameterGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::NormalizationDataGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::UpdateRunningStatistics, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::Relu, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::ReluGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::Add, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::SumGradients, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::MaxPooling, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::MaxPoolingGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::AveragePooling, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::AveragePoolingGradient, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::Softmax, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::SoftmaxCrossEntropy, devices::Host>();
template KernelEntry kernel_entry<kernels::reference::Accumulate, devices::Host>();

}  // namespace ai500
