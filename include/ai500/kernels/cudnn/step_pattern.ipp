// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of step_pattern.hpp.
#pragma once

#include <ai500/kernels/cudnn/step_pattern.hpp>

namespace ai500::kernels::cudnn {

std::optional<Arithmetic> arithmetic_of(Types types) {
  if (types.accumulate != NumberType::float32) return std::nullopt;
  bool const exact = types.math == Math::exact;
  if (types.compute == NumberType::float32) return exact ? Arithmetic::fp32 : Arithmetic::tf32;
  if (types.compute == NumberType::float16 && exact) return Arithmetic::fp16;
  if (types.compute == NumberType::bfloat16 && exact) return Arithmetic::bf16;
  return std::nullopt;
}

Types types_of(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::tf32:
      return {.math = Math::tensor_float32};
    case Arithmetic::fp16:
      return {.compute = NumberType::float16};
    case Arithmetic::bf16:
      return {.compute = NumberType::bfloat16};
    case Arithmetic::fp32:
      break;
  }
  return {};
}

Pattern pattern_of(steps::Convolution const& what, Shapes const& s, Arithmetic arithmetic) {
  return {PatternKind::convolution, s.reads[0], s.reads[1], s.writes[0], what.window, arithmetic};
}

Pattern pattern_of(steps::ConvolutionDataGradient const& what, Shapes const& s,
                   Arithmetic arithmetic) {
  return {PatternKind::data_gradient, s.writes[0], s.reads[1], s.reads[0], what.window, arithmetic};
}

Pattern pattern_of(steps::ConvolutionFilterGradient const& what, Shapes const& s,
                   Arithmetic arithmetic) {
  return {
      PatternKind::filter_gradient, s.reads[0], s.writes[0], s.reads[1], what.window, arithmetic};
}

Pattern pattern_of(steps::ConvolutionForward const& what, Shapes const& s, Arithmetic arithmetic) {
  return {what.normalizes_input ? PatternKind::normalized_convolution_statistics
                                : PatternKind::convolution_statistics,
          s.reads[0],
          s.reads[1],
          s.writes[0],
          what.window,
          arithmetic};
}

Pattern pattern_of(steps::ConvolutionFilterBackward const& what, Shapes const& s,
                   Arithmetic arithmetic) {
  return {PatternKind::normalized_filter_gradient,
          s.reads[0],
          s.writes[0],
          s.reads[4],
          what.window,
          arithmetic};
}

Pattern pattern_of(steps::ConvolutionDataBackward const& what, Shapes const& s,
                   Arithmetic arithmetic) {
  using enum steps::InputOrigin;
  PatternKind const kind = what.origin == relu ? PatternKind::data_gradient_normalization
                           : what.origin == identity_block
                               ? PatternKind::data_gradient_identity_block
                               : PatternKind::data_gradient_projection_block;
  return {kind, s.reads[2], s.reads[1], s.reads[0], what.window, arithmetic};
}

bool has_fusible_channels(Pattern const& pattern) {
  return pattern.x.channels % fused_channel_multiple == 0 &&
         pattern.y.channels % fused_channel_multiple == 0;
}

std::optional<Pattern> with_padded_channels(Pattern const& pattern) {
  constexpr Count multiple = 4;
  bool const is_read =
      pattern.kind == PatternKind::convolution || pattern.kind == PatternKind::filter_gradient;
  bool const has_groups = pattern.weight.channels != pattern.x.channels;
  if (!is_read || has_groups || pattern.arithmetic == Arithmetic::fp32 ||
      pattern.x.channels % multiple == 0)
    return std::nullopt;
  Pattern padded = pattern;
  padded.x.channels = padded.weight.channels =
      (pattern.x.channels + multiple - 1) / multiple * multiple;
  return padded;
}

}  // namespace ai500::kernels::cudnn
