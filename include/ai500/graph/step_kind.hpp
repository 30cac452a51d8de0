// SPDX-License-Identifier: Apache-2.0
/// @file What kind of work a step is, for who asks where a training's time goes.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <variant>

#include <ai500/graph/steps.hpp>

namespace ai500 {

enum class StepKind {
  convolution,
  convolution_data_gradient,
  convolution_filter_gradient,
  fully_connected,  ///< forward and its gradients
  normalization,    ///< forward and backward, with what is fused into it
  pooling,          ///< forward and backward
  element_wise,     ///< relu, additions, sums of gradients
  loss,             ///< softmax, cross-entropy and its gradient
  reorder,          ///< and weights stored in another type
  reduction,        ///< starting a sum over the ranks and waiting for it
  optimizer,
};

/// Each kind with its name, in the order of StepKind.
inline constexpr std::array<std::string_view, 11> step_kind_names{"convolution, forward",
                                                                  "convolution, data gradient",
                                                                  "convolution, filter gradient",
                                                                  "fully connected",
                                                                  "normalization",
                                                                  "pooling",
                                                                  "element-wise",
                                                                  "loss",
                                                                  "reorder",
                                                                  "reduction over ranks",
                                                                  "optimizer"};

constexpr std::string_view name(StepKind kind) {
  return step_kind_names[static_cast<std::size_t>(kind)];
}

namespace detail {

// An overload a step: one that is forgotten does not compile.
constexpr StepKind kind_of(steps::Convolution) { return StepKind::convolution; }
constexpr StepKind kind_of(steps::ConvolutionForward const&) { return StepKind::convolution; }
constexpr StepKind kind_of(steps::ConvolutionFilterBackward const&) {
  return StepKind::convolution_filter_gradient;
}
constexpr StepKind kind_of(steps::ConvolutionDataBackward const&) {
  return StepKind::convolution_data_gradient;
}
constexpr StepKind kind_of(steps::ConvolutionEvaluation) { return StepKind::convolution; }
constexpr StepKind kind_of(steps::ConvolutionDataGradient) {
  return StepKind::convolution_data_gradient;
}
constexpr StepKind kind_of(steps::ConvolutionFilterGradient) {
  return StepKind::convolution_filter_gradient;
}
constexpr StepKind kind_of(steps::FullyConnected) { return StepKind::fully_connected; }
constexpr StepKind kind_of(steps::FullyConnectedDataGradient) { return StepKind::fully_connected; }
constexpr StepKind kind_of(steps::FullyConnectedWeightGradient) {
  return StepKind::fully_connected;
}
constexpr StepKind kind_of(steps::NormalizationStatistics) { return StepKind::normalization; }
constexpr StepKind kind_of(steps::NormalizationApply) { return StepKind::normalization; }
constexpr StepKind kind_of(steps::NormalizationParameterGradient) {
  return StepKind::normalization;
}
constexpr StepKind kind_of(steps::NormalizationDataGradient) { return StepKind::normalization; }
constexpr StepKind kind_of(steps::NormalizationForward) { return StepKind::normalization; }
constexpr StepKind kind_of(steps::NormalizationEvaluation) { return StepKind::normalization; }
constexpr StepKind kind_of(steps::NormalizationBackward) { return StepKind::normalization; }
constexpr StepKind kind_of(steps::UpdateRunningStatistics) { return StepKind::normalization; }
constexpr StepKind kind_of(steps::Relu) { return StepKind::element_wise; }
constexpr StepKind kind_of(steps::ReluGradient) { return StepKind::element_wise; }
constexpr StepKind kind_of(steps::Add) { return StepKind::element_wise; }
constexpr StepKind kind_of(steps::SumGradients) { return StepKind::element_wise; }
constexpr StepKind kind_of(steps::MaxPooling) { return StepKind::pooling; }
constexpr StepKind kind_of(steps::MaxPoolingGradient) { return StepKind::pooling; }
constexpr StepKind kind_of(steps::AveragePooling) { return StepKind::pooling; }
constexpr StepKind kind_of(steps::AveragePoolingGradient) { return StepKind::pooling; }
constexpr StepKind kind_of(steps::Softmax) { return StepKind::loss; }
constexpr StepKind kind_of(steps::SoftmaxCrossEntropy) { return StepKind::loss; }
constexpr StepKind kind_of(steps::Accumulate) { return StepKind::element_wise; }
constexpr StepKind kind_of(steps::Reorder) { return StepKind::reorder; }
constexpr StepKind kind_of(steps::StoreWeights const&) { return StepKind::reorder; }
constexpr StepKind kind_of(steps::AllReduceStart) { return StepKind::reduction; }
constexpr StepKind kind_of(steps::AllReduceFinish) { return StepKind::reduction; }
constexpr StepKind kind_of(steps::Update) { return StepKind::optimizer; }

}  // namespace detail

constexpr StepKind kind(StepOperation const& what) {
  return std::visit([](auto const& one) { return detail::kind_of(one); }, what);
}

}  // namespace ai500
