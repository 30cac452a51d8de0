// SPDX-License-Identifier: Apache-2.0
/// @file The functors of normalizations, compiled for GPUs.
#pragma once

#include <ai500/devices/cuda/launch.cuh>
#include <ai500/kernels/functors/normalization_apply.hpp>
#include <ai500/kernels/functors/normalization_data_gradient.hpp>
#include <ai500/kernels/functors/normalization_parameter_gradient.hpp>
#include <ai500/kernels/functors/normalization_statistics.hpp>

AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::ChannelMoments<float, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::ChannelMoments<float, 4>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::ChannelMoments<ai500::half, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::ChannelMoments<ai500::half, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::ChannelMoments<ai500::bfloat16, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::ChannelMoments<ai500::bfloat16, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizedTile<float, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizedTile<float, 4>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizedTile<ai500::half, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizedTile<ai500::half, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizedTile<ai500::bfloat16, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizedTile<ai500::bfloat16, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientSums<float, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientSums<float, 4>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientSums<ai500::half, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientSums<ai500::half, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::NormalizationGradientSums<ai500::bfloat16, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::NormalizationGradientSums<ai500::bfloat16, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientTile<float, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientTile<float, 4>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientTile<ai500::half, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::NormalizationGradientTile<ai500::half, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::NormalizationGradientTile<ai500::bfloat16, 1>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::NormalizationGradientTile<ai500::bfloat16, 8>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::FinishedMoments);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::FinishedGradientSums);
