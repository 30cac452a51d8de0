// SPDX-License-Identifier: Apache-2.0
/// @file The pattern that computes a step, of the step alone: what kernels plan. Pure; asks nobody
/// whether cuDNN has an engine for it. Defined in step_pattern.ipp.
#pragma once

#include <optional>

#include <ai500/graph/steps.hpp>
#include <ai500/kernels/cudnn/patterns.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::cudnn {

/// The arithmetic that computes in these types; nothing where there is none: FP64, or parameters
/// that are not FP32.
std::optional<Arithmetic> arithmetic_of(Types types);

/// The types that an arithmetic computes in.
Types types_of(Arithmetic arithmetic);

/// The pattern of a step. Shapes in the order that graph/steps.hpp gives.
Pattern pattern_of(steps::Convolution const&, Shapes const&, Arithmetic);
Pattern pattern_of(steps::ConvolutionDataGradient const&, Shapes const&, Arithmetic);
Pattern pattern_of(steps::ConvolutionFilterGradient const&, Shapes const&, Arithmetic);
Pattern pattern_of(steps::ConvolutionForward const&, Shapes const&, Arithmetic);
Pattern pattern_of(steps::ConvolutionFilterBackward const&, Shapes const&, Arithmetic);
Pattern pattern_of(steps::ConvolutionDataBackward const&, Shapes const&, Arithmetic);

/// cuDNN's fused engines move 16 bytes at a time: a fused pattern is used only where input and
/// output channels are multiples of it.
inline constexpr Count fused_channel_multiple = 8;
bool has_fusible_channels(Pattern const& pattern);

/// The convolution with its input's channels (and the filter's) filled up with zeros to a multiple
/// of four, as tensor cores want them: an image's three. Nothing where that is not wanted: channels
/// that are multiples already, groups, FP32, fused patterns and data gradients.
std::optional<Pattern> with_padded_channels(Pattern const& pattern);

}  // namespace ai500::kernels::cudnn
