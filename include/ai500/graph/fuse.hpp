// SPDX-License-Identifier: Apache-2.0
/// @file The pass that joins steps which one kernel computes in fewer passes over memory; defined
/// in fuse.ipp.
#pragma once

#include <functional>
#include <string>

#include <ai500/graph/program.hpp>

namespace ai500 {

/// Joins, where `can` says that a kernel computes the result there:
/// - normalization statistics, apply, and the relu (or addition and relu) that alone uses it:
///   NormalizationForward;
/// - in evaluation, where statistics are given, the convolution before it, too:
///   ConvolutionEvaluation; without it: NormalizationEvaluation;
/// - the gradients of all that, with the sum of two gradients before it: NormalizationBackward;
/// - a convolution with the statistics of its result, and with the normalization and relu before it
///   where nobody else reads their result: ConvolutionForward;
/// - the filter gradient of a convolution whose input was a normalization and relu, computed again:
///   ConvolutionFilterBackward; it spares their result a life from forward to backward, even where
///   the forward convolution cannot;
/// - a convolution's data gradient with the gradients of the relu and normalizations that made its
///   input: ConvolutionDataBackward.
///
/// Those around convolutions go first; what they leave apart is then fused as normalizations.
/// Where a kernel keeps a relu behind an addition as bits, its gradient reads these in place of y.
/// The fused program computes the same outputs and gradients but for rounding. A fused step stands
/// where the first of its parts stood, so that what is made early stays early. Pure.
/// @param can (program, fused step) -> whether it is to be used
Program fuse(Program program, std::function<bool(Program const&, Step const&)> const& can);

/// Whether a step is a convolution of a training with what is around it (ConvolutionForward,
/// ...FilterBackward, ...DataBackward).
bool is_fused_convolution(StepOperation const& what);

/// What a program's fused steps are, one line a kind: "16 x normalization forward + relu".
std::string describe_fused(Program const& program);

}  // namespace ai500
