// SPDX-License-Identifier: Apache-2.0
/// @file The fusion of an evaluation: a normalization with given statistics is folded into the
/// convolution before it.
#pragma once

#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/fuse/fusible_program.ipp>
#include <ai500/graph/fuse/normalization_ending.ipp>

namespace ai500::detail {

/// The convolution whose result is only normalized takes the normalization in, with its ending.
inline bool fold_into_convolution(FusibleProgram& program, StepIndex apply, Ending const& ending) {
  Step const& old = program.step(apply);
  ValueIndex const x = old.reads[0];
  auto const convolution = program.only_writer<steps::Convolution>(x);
  if (!convolution || !program.only_reader<steps::NormalizationApply>(x) ||
      !program.writers(old.reads[1]).empty())
    return false;
  auto const& what = std::get<steps::Convolution>(program.step(*convolution).what);
  Step fused{
      .what = steps::ConvolutionEvaluation{what.window, what.groups,
                                           std::get<steps::NormalizationApply>(old.what).epsilon,
                                           ending.kind},
      .reads = program.step(*convolution).reads,
      .writes = {ending.y},
      .name = program.step(*convolution).name};
  fused.reads.insert(fused.reads.end(), old.reads.begin() + 1, old.reads.end());
  if (ending.addend != no_value) fused.reads.push_back(ending.addend);
  std::vector<StepIndex> parts = ending.parts;
  parts.push_back(apply);
  parts.push_back(*convolution);
  return program.replace(parts, std::move(fused));
}

}  // namespace ai500::detail
