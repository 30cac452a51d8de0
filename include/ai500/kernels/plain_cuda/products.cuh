// SPDX-License-Identifier: Apache-2.0
/// @file The functors of matrix products and convolutions, compiled for GPUs.
#pragma once

#include <ai500/devices/cuda/launch.cuh>
#include <ai500/kernels/functors/convolution.hpp>
#include <ai500/kernels/functors/fully_connected.hpp>

AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<ai500::kernels::functors::ConvolutionFactors<float>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<ai500::kernels::functors::ConvolutionFactors<ai500::half>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::ConvolutionFactors<ai500::bfloat16>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::ConvolutionDataGradientFactors<float>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::ConvolutionDataGradientFactors<ai500::half>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<
        ai500::kernels::functors::ConvolutionDataGradientFactors<ai500::bfloat16>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::ConvolutionFilterGradientFactors<float>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<
        ai500::kernels::functors::ConvolutionFilterGradientFactors<ai500::half>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<
        ai500::kernels::functors::ConvolutionFilterGradientFactors<ai500::bfloat16>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<ai500::kernels::functors::FullyConnectedFactors<float>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::FullyConnectedFactors<ai500::half>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::FullyConnectedFactors<ai500::bfloat16>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::FullyConnectedDataGradientFactors<float>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<
        ai500::kernels::functors::FullyConnectedDataGradientFactors<ai500::half>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<
        ai500::kernels::functors::FullyConnectedDataGradientFactors<ai500::bfloat16>>);
AI500_DEVICE_CODE_OF_BLOCKS(ai500::kernels::functors::Product<
                            ai500::kernels::functors::FullyConnectedWeightGradientFactors<float>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<
        ai500::kernels::functors::FullyConnectedWeightGradientFactors<ai500::half>>);
AI500_DEVICE_CODE_OF_BLOCKS(
    ai500::kernels::functors::Product<
        ai500::kernels::functors::FullyConnectedWeightGradientFactors<ai500::bfloat16>>);
AI500_DEVICE_CODE(ai500::kernels::functors::BiasGradient<float>);
AI500_DEVICE_CODE(ai500::kernels::functors::BiasGradient<ai500::half>);
AI500_DEVICE_CODE(ai500::kernels::functors::BiasGradient<ai500::bfloat16>);
AI500_DEVICE_CODE(ai500::kernels::functors::SummedParts);
