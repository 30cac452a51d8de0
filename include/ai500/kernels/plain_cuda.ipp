// SPDX-License-Identifier: Apache-2.0
/// @file The kernels of GPUs, as entries of kernel tables. One file of a program includes it:
/// ai500::cuda's.
#pragma once

#include <ai500/kernels/plain_cuda.hpp>

namespace ai500 {

template KernelEntry kernel_entry<kernels::cuda::Convolution<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::ConvolutionDataGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::ConvolutionFilterGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::FullyConnected<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::FullyConnectedDataGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::FullyConnectedWeightGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::NormalizationStatistics<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::NormalizationApply<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::NormalizationParameterGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::NormalizationDataGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::NormalizationForward<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::NormalizationEvaluation<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::NormalizationBackward<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::UpdateRunningStatistics<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::Relu<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::ReluGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::Add<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::SumGradients<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::MaxPooling<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::MaxPoolingGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::AveragePooling<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::AveragePoolingGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::Softmax<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::cuda::SoftmaxCrossEntropy<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::Accumulate<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::Reorder<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cuda::StoreWeights<devices::Cuda>, devices::Cuda>();

}  // namespace ai500
