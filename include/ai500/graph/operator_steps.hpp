// SPDX-License-Identifier: Apache-2.0
/// @file Which steps an operator becomes: what a kernel set must have to train it, known at compile
/// time.
#pragma once

#include <ai500/graph/operators.hpp>
#include <ai500/graph/steps.hpp>

namespace ai500 {

/// OperatorSteps<operators::Relu>::type is the list of steps that training and evaluation of a relu
/// need.
template <class OneOperator>
struct OperatorSteps;

template <>
struct OperatorSteps<operators::Convolution> {
  using type = TypeList<steps::Convolution, steps::ConvolutionDataGradient,
                        steps::ConvolutionFilterGradient>;
};
template <>
struct OperatorSteps<operators::FullyConnected> {
  using type = TypeList<steps::FullyConnected, steps::FullyConnectedDataGradient,
                        steps::FullyConnectedWeightGradient>;
};
template <>
struct OperatorSteps<operators::Relu> {
  using type = TypeList<steps::Relu, steps::ReluGradient>;
};
template <>
struct OperatorSteps<operators::Add> {
  using type = TypeList<steps::Add>;
};
template <>
struct OperatorSteps<operators::MaxPooling> {
  using type = TypeList<steps::MaxPooling, steps::MaxPoolingGradient>;
};
template <>
struct OperatorSteps<operators::AveragePooling> {
  using type = TypeList<steps::AveragePooling, steps::AveragePoolingGradient>;
};
template <>
struct OperatorSteps<operators::Normalization> {
  using type = TypeList<steps::NormalizationStatistics, steps::NormalizationApply,
                        steps::NormalizationParameterGradient, steps::NormalizationDataGradient,
                        steps::UpdateRunningStatistics>;
};
template <>
struct OperatorSteps<operators::SoftmaxCrossEntropy> {
  using type = TypeList<steps::Softmax, steps::SoftmaxCrossEntropy>;
};

/// What any model may need besides: joining gradients, joining micro-batches.
using CommonSteps = TypeList<steps::SumGradients, steps::Accumulate>;

}  // namespace ai500
