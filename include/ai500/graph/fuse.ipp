// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of fuse.hpp.
#pragma once

#include <map>
#include <utility>
#include <variant>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/fuse/convolutions.ipp>
#include <ai500/graph/fuse/fusible_program.ipp>
#include <ai500/graph/fuse/normalizations.ipp>

namespace ai500 {

Program fuse(Program program, std::function<bool(Program const&, Step const&)> const& can) {
  detail::FusibleProgram fusible(std::move(program), can);
  detail::ConvolutionFusions(fusible).run();
  detail::NormalizationFusions(fusible).run();
  return std::move(fusible).result();
}

bool is_fused_convolution(StepOperation const& what) {
  return std::holds_alternative<steps::ConvolutionForward>(what) ||
         std::holds_alternative<steps::ConvolutionFilterBackward>(what) ||
         std::holds_alternative<steps::ConvolutionDataBackward>(what);
}

std::string describe_fused(Program const& program) {
  std::map<std::string, int> counts;
  for (Step const& one : program.steps)
    if (std::holds_alternative<steps::NormalizationForward>(one.what) ||
        std::holds_alternative<steps::NormalizationEvaluation>(one.what) ||
        std::holds_alternative<steps::NormalizationBackward>(one.what) ||
        std::holds_alternative<steps::ConvolutionEvaluation>(one.what) ||
        is_fused_convolution(one.what))
      ++counts[describe(one.what)];
  std::string text;
  for (auto const& [kind, count] : counts) text += std::to_string(count) + " x " + kind + "\n";
  return text;
}

}  // namespace ai500
