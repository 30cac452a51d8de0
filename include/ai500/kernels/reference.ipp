// SPDX-License-Identifier: Apache-2.0
/// @file The reference kernels for float and double, compiled. One file of a program includes it:
/// ai500::eigen's.
#pragma once

#include <ai500/kernels/reference.hpp>
#include <ai500/kernels/reference/gemm.ipp>

namespace ai500::kernels::reference {

template Typed<Convolution::Prepared> typed<Convolution::Prepared>(std::string_view, Types);
template Typed<ConvolutionDataGradient::Prepared> typed<ConvolutionDataGradient::Prepared>(
    std::string_view, Types);
template Typed<ConvolutionFilterGradient::Prepared> typed<ConvolutionFilterGradient::Prepared>(
    std::string_view, Types);
template Typed<FullyConnected::Prepared> typed<FullyConnected::Prepared>(std::string_view, Types);
template Typed<FullyConnectedDataGradient::Prepared> typed<FullyConnectedDataGradient::Prepared>(
    std::string_view, Types);
template Typed<FullyConnectedWeightGradient::Prepared>
    typed<FullyConnectedWeightGradient::Prepared>(std::string_view, Types);
template Typed<NormalizationStatistics::Prepared> typed<NormalizationStatistics::Prepared>(
    std::string_view, Types);
template Typed<NormalizationApply::Prepared> typed<NormalizationApply::Prepared>(std::string_view,
                                                                                 Types);
template Typed<NormalizationParameterGradient::Prepared>
    typed<NormalizationParameterGradient::Prepared>(std::string_view, Types);
template Typed<NormalizationDataGradient::Prepared> typed<NormalizationDataGradient::Prepared>(
    std::string_view, Types);
template Typed<UpdateRunningStatistics::Prepared> typed<UpdateRunningStatistics::Prepared>(
    std::string_view, Types);
template Typed<Relu::Prepared> typed<Relu::Prepared>(std::string_view, Types);
template Typed<ReluGradient::Prepared> typed<ReluGradient::Prepared>(std::string_view, Types);
template Typed<Add::Prepared> typed<Add::Prepared>(std::string_view, Types);
template Typed<SumGradients::Prepared> typed<SumGradients::Prepared>(std::string_view, Types);
template Typed<Accumulate::Prepared> typed<Accumulate::Prepared>(std::string_view, Types);
template Typed<MaxPooling::Prepared> typed<MaxPooling::Prepared>(std::string_view, Types);
template Typed<MaxPoolingGradient::Prepared> typed<MaxPoolingGradient::Prepared>(std::string_view,
                                                                                 Types);
template Typed<AveragePooling::Prepared> typed<AveragePooling::Prepared>(std::string_view, Types);
template Typed<AveragePoolingGradient::Prepared> typed<AveragePoolingGradient::Prepared>(
    std::string_view, Types);
template Typed<Softmax::Prepared> typed<Softmax::Prepared>(std::string_view, Types);
template Typed<SoftmaxCrossEntropy::Prepared> typed<SoftmaxCrossEntropy::Prepared>(std::string_view,
                                                                                   Types);

}  // namespace ai500::kernels::reference
