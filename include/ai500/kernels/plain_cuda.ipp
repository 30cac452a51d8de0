// SPDX-License-Identifier: Apache-2.0
/// @file The kernels of GPUs, as entries of kernel tables. One file of a program includes it:
/// ai500::cuda's.
#pragma once

#include <ai500/kernels/plain_cuda.hpp>

namespace ai500 {

template KernelEntry kernel_entry<kernels::plain_cuda::Convolution<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::ConvolutionDataGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::ConvolutionFilterGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::FullyConnected<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::FullyConnectedDataGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::FullyConnectedWeightGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationStatistics<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationApply<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationParameterGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationDataGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationForward<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationEvaluation<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationBackward<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::UpdateRunningStatistics<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::plain_cuda::Relu<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::ReluGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::plain_cuda::Add<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::SumGradients<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::plain_cuda::MaxPooling<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::MaxPoolingGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::AveragePooling<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::AveragePoolingGradient<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::plain_cuda::Softmax<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::SoftmaxCrossEntropy<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::plain_cuda::Accumulate<devices::Cuda>, devices::Cuda>();
template KernelEntry kernel_entry<kernels::plain_cuda::Reorder<devices::Cuda>, devices::Cuda>();
template KernelEntry
kernel_entry<kernels::plain_cuda::StoreWeights<devices::Cuda>, devices::Cuda>();

}  // namespace ai500
