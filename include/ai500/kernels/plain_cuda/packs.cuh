// SPDX-License-Identifier: Apache-2.0
/// @file The functors of packs, of rows and of orders, compiled for GPUs.
#pragma once

#include <ai500/devices/cuda/launch.cuh>
#include <ai500/kernels/functors/element_wise_packs.hpp>
#include <ai500/kernels/functors/layouts.hpp>
#include <ai500/kernels/functors/pooling_packs.hpp>
#include <ai500/kernels/functors/quantisation.hpp>
#include <ai500/kernels/functors/softmax_rows.hpp>

AI500_DEVICE_CODE(ai500::kernels::functors::ReluOfPacks<float, 4>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluOfPacks<ai500::half, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluOfPacks<ai500::bfloat16, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluGradientOfPacks<float, 4>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluGradientOfPacks<ai500::half, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::ReluGradientOfPacks<ai500::bfloat16, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::SumOfPacks<float, 4>);
AI500_DEVICE_CODE(ai500::kernels::functors::SumOfPacks<ai500::half, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::SumOfPacks<ai500::bfloat16, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingOfPacks<float, 4>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingOfPacks<ai500::half, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingOfPacks<ai500::bfloat16, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingGradientOfPacks<float, 4>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingGradientOfPacks<ai500::half, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::MaxPoolingGradientOfPacks<ai500::bfloat16, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingOfPacks<float, 4>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingOfPacks<ai500::half, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingOfPacks<ai500::bfloat16, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingGradientOfPacks<float, 4>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingGradientOfPacks<ai500::half, 8>);
AI500_DEVICE_CODE(ai500::kernels::functors::AveragePoolingGradientOfPacks<ai500::bfloat16, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::SoftmaxRow<float>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::SoftmaxRow<ai500::half>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::SoftmaxRow<ai500::bfloat16>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::SoftmaxCrossEntropyRow<float>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::SoftmaxCrossEntropyRow<ai500::half>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::SoftmaxCrossEntropyRow<ai500::bfloat16>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::BlockTotal);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Transposed<std::uint16_t>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Transposed<std::uint32_t>);
AI500_DEVICE_CODE(ai500::kernels::functors::StoredWeights<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::StoredWeights<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::StoredWeights<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainWeights<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainWeights<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainWeights<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainFilters<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainFilters<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::PlainFilters<ai500::bfloat16>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Quantised);
AI500_DEVICE_CODE(ai500::kernels::functors::Dequantised);
AI500_DEVICE_CODE(ai500::kernels::functors::DequantisedSum);
