// SPDX-License-Identifier: Apache-2.0
/// @file The fast kernel set of NVIDIA GPUs: convolutions by cuDNN, fused with normalizations where
/// it has engines for that, matrix products by cuBLASLt. A program that uses it links ai500::cudnn
/// and needs no header of CUDA.
#pragma once

#include <string>
#include <string_view>

#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/cudnn/convolution.hpp>
#include <ai500/kernels/cudnn/fully_connected.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/plain_cuda/element_wise.hpp>
#include <ai500/kernels/plain_cuda/layouts.hpp>
#include <ai500/kernels/plain_cuda/normalization.hpp>
#include <ai500/kernels/plain_cuda/normalization_gradients.hpp>
#include <ai500/kernels/plain_cuda/pooling.hpp>
#include <ai500/kernels/plain_cuda/softmax.hpp>
#include <ai500/kernels/supports.hpp>

namespace ai500::kernels {

namespace cudnn {

/// One GPU, NHWC, one thread of the host.
struct Traits {
  static constexpr std::string_view name = "cudnn";
  using Device = devices::Cuda;
  static constexpr std::string_view layout = "NHWC";
  static constexpr bool threaded = false;
  /// @throws DeviceError where there is no GPU
  static Device make_device(DeviceChoice const& choice) { return Device(choice); }
  /// The GPU that programs are fitted to where nothing is run: the one that the environment's
  /// AI500_CUDNN_DEVICE=FILE describes (JSON, as tests/data/devices has it), else a rank's own.
  /// @throws UsageError when the file cannot be read, DeviceError where there is neither
  static Device make_planning_device(DeviceChoice const& choice);
  static std::string library();  ///< "cuDNN 9.19.0, cuBLAS 13.1.0"
  /// "NVIDIA H200 (sm_90), engines with the same bits in every run".
  static std::string ways_are_for(Device& device);
  /// FP32 parameters; activations in FP32, exact or with tensor cores' TF32, FP16 or BF16.
  static constexpr bool computes_in(Types types) {
    bool const is_16_bit =
        types.compute == NumberType::float16 || types.compute == NumberType::bfloat16;
    return types.accumulate == NumberType::float32 &&
           (types.compute == NumberType::float32 || (is_16_bit && types.math == Math::exact));
  }
};
static_assert(KernelSetTraits<Traits> && SaysWhatWaysAreFor<Traits>);

}  // namespace cudnn

/// Training on NVIDIA GPUs. What has no library's kernel is done by kernels of our own
/// (kernels/plain_cuda), also convolutions for which cuDNN has no engine.
using CuDnn = KernelSet<
    cudnn::Traits, cudnn::Convolution, cudnn::ConvolutionDataGradient,
    cudnn::ConvolutionFilterGradient, cudnn::ConvolutionForward, cudnn::ConvolutionFilterBackward,
    cudnn::ConvolutionDataBackward, cudnn::FullyConnected, cudnn::FullyConnectedDataGradient,
    cudnn::FullyConnectedWeightGradient, plain_cuda::NormalizationStatistics<devices::Cuda>,
    plain_cuda::NormalizationApply<devices::Cuda>,
    plain_cuda::NormalizationParameterGradient<devices::Cuda>,
    plain_cuda::NormalizationDataGradient<devices::Cuda>,
    plain_cuda::NormalizationForward<devices::Cuda>,
    plain_cuda::NormalizationEvaluation<devices::Cuda>,
    plain_cuda::NormalizationBackward<devices::Cuda>,
    plain_cuda::UpdateRunningStatistics<devices::Cuda>, plain_cuda::Relu<devices::Cuda>,
    plain_cuda::ReluGradient<devices::Cuda>, plain_cuda::Add<devices::Cuda>,
    plain_cuda::SumGradients<devices::Cuda>, plain_cuda::MaxPooling<devices::Cuda>,
    plain_cuda::MaxPoolingGradient<devices::Cuda>, plain_cuda::AveragePooling<devices::Cuda>,
    plain_cuda::AveragePoolingGradient<devices::Cuda>, plain_cuda::Softmax<devices::Cuda>,
    plain_cuda::SoftmaxCrossEntropy<devices::Cuda>, plain_cuda::Accumulate<devices::Cuda>,
    plain_cuda::Reorder<devices::Cuda>, plain_cuda::StoreWeights<devices::Cuda>>;

}  // namespace ai500::kernels

namespace ai500 {

// Compiled once, into ai500::cudnn (kernels/cudnn/kernel_set.ipp).
extern template KernelEntry kernel_entry<kernels::cudnn::Convolution, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cudnn::ConvolutionDataGradient, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cudnn::ConvolutionFilterGradient, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cudnn::ConvolutionForward, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cudnn::ConvolutionFilterBackward, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cudnn::ConvolutionDataBackward, devices::Cuda>();
extern template KernelEntry kernel_entry<kernels::cudnn::FullyConnected, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cudnn::FullyConnectedDataGradient, devices::Cuda>();
extern template KernelEntry
kernel_entry<kernels::cudnn::FullyConnectedWeightGradient, devices::Cuda>();

}  // namespace ai500
