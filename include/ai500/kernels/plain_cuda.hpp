// SPDX-License-Identifier: Apache-2.0
/// @file The kernel set of GPUs that has only kernels of our own: every step, on any GPU, in any of
/// its types, without tensor cores. What cuDNN and cuBLASLt leave to do is done by the same
/// kernels, and where they have no engine, these are the fall-back. A program that uses it links
/// ai500::cuda.
#pragma once

#include <string>
#include <string_view>

#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/plain_cuda/element_wise.hpp>
#include <ai500/kernels/plain_cuda/layouts.hpp>
#include <ai500/kernels/plain_cuda/normalization.hpp>
#include <ai500/kernels/plain_cuda/normalization_gradients.hpp>
#include <ai500/kernels/plain_cuda/pooling.hpp>
#include <ai500/kernels/plain_cuda/products.hpp>
#include <ai500/kernels/plain_cuda/softmax.hpp>
#include <ai500/kernels/supports.hpp>

namespace ai500::kernels {

namespace plain_cuda {

template <class D>
struct Traits {
  static constexpr std::string_view name = "plain cuda";
  using Device = D;
  static constexpr std::string_view layout = "NHWC";
  static constexpr bool threaded = false;
  static Device make_device(DeviceChoice const& choice) { return Device(choice); }
  static std::string library() { return "kernels of ai500"; }
  static constexpr bool computes_in(Types types) { return plain_cuda::computes_in(types); }
};

}  // namespace plain_cuda

/// The set on a device that runs functors of an index and of blocks: tests have one on the host.
template <DevicePolicy D>
using PlainCudaOn =
    KernelSet<plain_cuda::Traits<D>, plain_cuda::Convolution<D>,
              plain_cuda::ConvolutionDataGradient<D>, plain_cuda::ConvolutionFilterGradient<D>,
              plain_cuda::FullyConnected<D>, plain_cuda::FullyConnectedDataGradient<D>,
              plain_cuda::FullyConnectedWeightGradient<D>, plain_cuda::NormalizationStatistics<D>,
              plain_cuda::NormalizationApply<D>, plain_cuda::NormalizationParameterGradient<D>,
              plain_cuda::NormalizationDataGradient<D>, plain_cuda::NormalizationForward<D>,
              plain_cuda::NormalizationEvaluation<D>, plain_cuda::NormalizationBackward<D>,
              plain_cuda::UpdateRunningStatistics<D>, plain_cuda::Relu<D>,
              plain_cuda::ReluGradient<D>, plain_cuda::Add<D>, plain_cuda::SumGradients<D>,
              plain_cuda::MaxPooling<D>, plain_cuda::MaxPoolingGradient<D>,
              plain_cuda::AveragePooling<D>, plain_cuda::AveragePoolingGradient<D>,
              plain_cuda::Softmax<D>, plain_cuda::SoftmaxCrossEntropy<D>, plain_cuda::Accumulate<D>,
              plain_cuda::Reorder<D>, plain_cuda::StoreWeights<D>>;

/// Kernels of our own only, on an NVIDIA GPU.
using PlainCuda = PlainCudaOn<devices::Cuda>;

static_assert(KernelSetTraits<plain_cuda::Traits<devices::Cuda>>);
static_assert(TrainsOperator<PlainCuda, operators::Convolution>);
static_assert(TrainsOperator<PlainCuda, operators::FullyConnected>);
static_assert(TrainsOperator<PlainCuda, operators::Relu>);
static_assert(TrainsOperator<PlainCuda, operators::Add>);
static_assert(TrainsOperator<PlainCuda, operators::MaxPooling>);
static_assert(TrainsOperator<PlainCuda, operators::AveragePooling>);
static_assert(TrainsOperator<PlainCuda, operators::Normalization>);
static_assert(TrainsOperator<PlainCuda, operators::SoftmaxCrossEntropy>);
static_assert(HasKernelFor<PlainCuda, steps::SumGradients>);
static_assert(HasKernelFor<PlainCuda, steps::Accumulate>);

}  // namespace ai500::kernels

namespace ai500 {

// Compiled once, into ai500::cuda (kernels/plain_cuda.ipp).
extern template KernelEntry
kernel_entry<kernels::plain_cuda::Convolution<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::ConvolutionDataGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::ConvolutionFilterGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::FullyConnected<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::FullyConnectedDataGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::FullyConnectedWeightGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationStatistics<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationApply<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationParameterGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationDataGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationForward<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationEvaluation<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::NormalizationBackward<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::UpdateRunningStatistics<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::plain_cuda::Relu<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::ReluGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::plain_cuda::Add<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::SumGradients<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::MaxPooling<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::MaxPoolingGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::AveragePooling<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::AveragePoolingGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::Softmax<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::SoftmaxCrossEntropy<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::Accumulate<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::Reorder<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::plain_cuda::StoreWeights<devices::Cuda>, devices::Cuda>();

}  // namespace ai500
