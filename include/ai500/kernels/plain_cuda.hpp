// SPDX-License-Identifier: Apache-2.0
/// @file The kernel set of GPUs that has only kernels of our own: every step, on any GPU, in any of
/// its types, without tensor cores. What cuDNN and cuBLASLt leave to do is done by the same
/// kernels, and where they have no engine, these are the fall-back. A program that uses it links
/// ai500::cuda.
#pragma once

#include <string>
#include <string_view>

#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/cuda/element_wise.hpp>
#include <ai500/kernels/cuda/layouts.hpp>
#include <ai500/kernels/cuda/normalization.hpp>
#include <ai500/kernels/cuda/pooling.hpp>
#include <ai500/kernels/cuda/products.hpp>
#include <ai500/kernels/cuda/softmax.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/supports.hpp>

namespace ai500::kernels {

namespace cuda {

template <class D>
struct Traits {
  static constexpr std::string_view name = "plain cuda";
  using Device = D;
  static constexpr std::string_view layout = "NHWC";
  static constexpr bool threaded = false;
  static Device make_device(DeviceChoice const& choice) { return Device(choice); }
  static std::string library() { return "kernels of ai500"; }
  static constexpr bool computes_in(Types types) { return cuda::computes_in(types); }
};

}  // namespace cuda

/// The set on a device that runs functors of an index and of blocks: tests have one on the host.
template <DevicePolicy D>
using PlainCudaOn =
    KernelSet<cuda::Traits<D>, cuda::Convolution<D>, cuda::ConvolutionDataGradient<D>,
              cuda::ConvolutionFilterGradient<D>, cuda::FullyConnected<D>,
              cuda::FullyConnectedDataGradient<D>, cuda::FullyConnectedWeightGradient<D>,
              cuda::NormalizationStatistics<D>, cuda::NormalizationApply<D>,
              cuda::NormalizationParameterGradient<D>, cuda::NormalizationDataGradient<D>,
              cuda::NormalizationForward<D>, cuda::NormalizationEvaluation<D>,
              cuda::NormalizationBackward<D>, cuda::UpdateRunningStatistics<D>, cuda::Relu<D>,
              cuda::ReluGradient<D>, cuda::Add<D>, cuda::SumGradients<D>, cuda::MaxPooling<D>,
              cuda::MaxPoolingGradient<D>, cuda::AveragePooling<D>, cuda::AveragePoolingGradient<D>,
              cuda::Softmax<D>, cuda::SoftmaxCrossEntropy<D>, cuda::Accumulate<D>, cuda::Reorder<D>,
              cuda::StoreWeights<D>>;

/// Kernels of our own only, on an NVIDIA GPU.
using PlainCuda = PlainCudaOn<devices::Cuda>;

static_assert(KernelSetTraits<cuda::Traits<devices::Cuda>>);
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
kernel_entry<kernels::cuda::Convolution<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::ConvolutionDataGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::ConvolutionFilterGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::FullyConnected<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::FullyConnectedDataGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::FullyConnectedWeightGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::NormalizationStatistics<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::NormalizationApply<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::NormalizationParameterGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::NormalizationDataGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::NormalizationForward<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::NormalizationEvaluation<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::NormalizationBackward<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::UpdateRunningStatistics<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cuda::Relu<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::ReluGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cuda::Add<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::SumGradients<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cuda::MaxPooling<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::MaxPoolingGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::AveragePooling<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::AveragePoolingGradient<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cuda::Softmax<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::SoftmaxCrossEntropy<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cuda::Accumulate<devices::Cuda>, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cuda::Reorder<devices::Cuda>, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cuda::StoreWeights<devices::Cuda>, devices::Cuda>();

}  // namespace ai500
