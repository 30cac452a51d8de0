// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernel set: simple kernels in float and double that all others are tested
/// against. A program that uses it links ai500::eigen, which holds its products of matrices.
#pragma once

#include <string>
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/reference/convolution.hpp>
#include <ai500/kernels/reference/element_wise.hpp>
#include <ai500/kernels/reference/fully_connected.hpp>
#include <ai500/kernels/reference/gemm.hpp>
#include <ai500/kernels/reference/normalization.hpp>
#include <ai500/kernels/reference/pooling.hpp>
#include <ai500/kernels/reference/softmax.hpp>
#include <ai500/kernels/reference/typed.hpp>
#include <ai500/kernels/supports.hpp>

namespace ai500::kernels {

namespace reference {

/// One thread of the CPU, plain arrays.
struct Traits {
  static constexpr std::string_view name = "reference";
  using Device = devices::Host;
  static constexpr std::string_view layout = "NCHW";
  static constexpr bool threaded = false;
  static Device make_device(DeviceChoice const&) { return Device{}; }
  static std::string library() { return "Eigen " + eigen_version(); }
  static constexpr bool computes_in(Types types) { return reference::computes_in(types); }
};
static_assert(KernelSetTraits<Traits>);

}  // namespace reference

/// Every step, written to be read and checked: what the other kernel sets must compute.
using Reference =
    KernelSet<reference::Traits, reference::Convolution, reference::ConvolutionDataGradient,
              reference::ConvolutionFilterGradient, reference::FullyConnected,
              reference::FullyConnectedDataGradient, reference::FullyConnectedWeightGradient,
              reference::NormalizationStatistics, reference::NormalizationApply,
              reference::NormalizationParameterGradient, reference::NormalizationDataGradient,
              reference::UpdateRunningStatistics, reference::Relu, reference::ReluGradient,
              reference::Add, reference::SumGradients, reference::MaxPooling,
              reference::MaxPoolingGradient, reference::AveragePooling,
              reference::AveragePoolingGradient, reference::Softmax, reference::SoftmaxCrossEntropy,
              reference::Accumulate>;

static_assert(TrainsOperator<Reference, operators::Convolution>);
static_assert(TrainsOperator<Reference, operators::FullyConnected>);
static_assert(TrainsOperator<Reference, operators::Relu>);
static_assert(TrainsOperator<Reference, operators::Add>);
static_assert(TrainsOperator<Reference, operators::MaxPooling>);
static_assert(TrainsOperator<Reference, operators::AveragePooling>);
static_assert(TrainsOperator<Reference, operators::Normalization>);
static_assert(TrainsOperator<Reference, operators::SoftmaxCrossEntropy>);
static_assert(HasKernelFor<Reference, steps::SumGradients>);
static_assert(HasKernelFor<Reference, steps::Accumulate>);

}  // namespace ai500::kernels

namespace ai500 {

// Compiled once, into ai500::eigen (kernels/reference.ipp).
extern template KernelEntry kernel_entry<kernels::reference::Convolution, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::ConvolutionDataGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::ConvolutionFilterGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::FullyConnected, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::FullyConnectedDataGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::FullyConnectedWeightGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::NormalizationStatistics, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::NormalizationApply, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::NormalizationParameterGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::NormalizationDataGradient, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::UpdateRunningStatistics, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::Relu, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::ReluGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::Add, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::SumGradients, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::MaxPooling, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::MaxPoolingGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::AveragePooling, devices::Host>();
extern template KernelEntry
kernel_entry<kernels::reference::AveragePoolingGradient, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::Softmax, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::SoftmaxCrossEntropy, devices::Host>();
extern template KernelEntry kernel_entry<kernels::reference::Accumulate, devices::Host>();

}  // namespace ai500
