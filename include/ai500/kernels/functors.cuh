// SPDX-License-Identifier: Apache-2.0
/// @file The functors of kernels, compiled for GPUs.
#pragma once

#include <ai500/devices/cuda/launch.cuh>
#include <ai500/kernels/functors/column_sums.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/functors/filters.hpp>
#include <ai500/kernels/functors/fused_normalization.hpp>
#include <ai500/kernels/functors/images.hpp>
#include <ai500/kernels/functors/pooling.hpp>
#include <ai500/kernels/functors/softmax.hpp>

AI500_DEVICE_CODE(ai500::kernels::functors::Fill<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Fill<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::Fill<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Copy<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Copy<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::Copy<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Copy<std::int32_t>);
AI500_DEVICE_CODE(ai500::kernels::functors::LookedUpPixels<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::LookedUpPixels<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::LookedUpPixels<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::LookedUpCrops<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::LookedUpCrops<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::LookedUpCrops<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Scale<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Scale<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::Scale<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Relu<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Relu<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::Relu<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluGradient<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluGradient<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluGradient<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Sum<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Sum<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::Sum<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPooling<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPooling<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPooling<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingGradient<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingGradient<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingGradient<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePooling<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePooling<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePooling<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingGradient<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingGradient<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingGradient<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Softmax<float, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Softmax<ai500::half, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Softmax<ai500::bfloat16, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::SoftmaxCrossEntropy<float, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::SoftmaxCrossEntropy<ai500::half, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::SoftmaxCrossEntropy<ai500::bfloat16, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Cast<float, ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::Cast<float, ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Cast<ai500::half, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Cast<ai500::half, ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::Cast<ai500::bfloat16, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::Cast<ai500::bfloat16, ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::TotalOf<float, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::UpdatedRunningStatistics<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainFilter<float, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainFilter<ai500::half, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainFilter<ai500::bfloat16, float>);
AI500_DEVICE_CODE(ai500::kernels::functors::PaddedChannels<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::PaddedChannels<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::PaddedChannels<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::FactorAndConstant<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::FactorAndConstant<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::FactorAndConstant<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::NormalizationGradient<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::NormalizationGradient<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::NormalizationGradient<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::ColumnSums<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::ColumnSums<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::ColumnSums<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::StatisticsOfSums);
AI500_DEVICE_CODE(ai500::kernels::functors::NormalizationVectors);
