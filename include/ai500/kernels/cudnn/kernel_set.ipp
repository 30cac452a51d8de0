// SPDX-License-Identifier: Apache-2.0
/// @file The kernels of the cuDNN set, compiled. One file of a program includes it: ai500::cudnn's,
/// where CUDA and cuBLASLt are there.
#pragma once

#include <cstdlib>
#include <utility>

#include <ai500/kernels/cudnn.hpp>
#include <ai500/kernels/cudnn/context.ipp>
#include <ai500/kernels/cudnn/convolution.ipp>
#include <ai500/kernels/cudnn/fully_connected.ipp>
#include <ai500/kernels/cudnn/prepared_plan.ipp>

namespace ai500::kernels::cudnn {

devices::Cuda Traits::make_planning_device(DeviceChoice const& choice) {
  char const* const file = std::getenv("AI500_CUDNN_DEVICE");
  if (file == nullptr || *file == '\0') return make_device(choice);
  Target target = Target::described_in(file);
  devices::Cuda device = devices::Cuda::described({.name = target.name()});
  describe_context(device, std::move(target), Options::of_environment());
  return device;
}

std::string Traits::library() { return version() + ", " + cublas_version(); }

std::string Traits::ways_are_for(Device& device) {
  Context& context = context_of(device);
  Target const& target = context.planner().target();
  return target.name() + " (" + target.architecture() + "), " + describe(context.options());
}

}  // namespace ai500::kernels::cudnn

namespace ai500 {

template KernelEntry kernel_entry<kernels::cudnn::Convolution, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::ConvolutionDataGradient, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::ConvolutionFilterGradient, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::ConvolutionForward, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::ConvolutionFilterBackward, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::ConvolutionDataBackward, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::FullyConnected, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::FullyConnectedDataGradient, devices::Cuda>();
template KernelEntry kernel_entry<kernels::cudnn::FullyConnectedWeightGradient, devices::Cuda>();

}  // namespace ai500
