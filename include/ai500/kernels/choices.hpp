// SPDX-License-Identifier: Apache-2.0
/// @file In which of their ways kernels compute, chosen once, as text that can be kept in a file;
/// defined in choices.ipp.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <ai500/kernels/policy.hpp>

namespace ai500 {

/// The way of a fused step that is not used: its place keeps the steps that it would join.
inline constexpr std::string_view way_apart = "apart";
/// The way of a fused step that is used, where its kernel has only one.
inline constexpr std::string_view way_together = "together";

/// The chosen ways. Empty: every kernel takes its own first one, and all is fused that can be.
struct Choices {
  std::string made_with{};  ///< kernels, their library, what they ran on: in words
  std::map<std::string, std::string> ways{};  ///< of a step, as `step_text` says it

  bool operator==(Choices const&) const = default;
};

/// All that a kernel is prepared for, in words: "convolution 3x3 stride 1x1 padding 1x1, reads
/// 2x64x56x56 nChw16c, 64x64x3x3; writes 2x64x56x56 nChw16c; float32 and float32".
std::string step_text(StepOperation const& what, Shapes const& shapes, Types types);

/// The choices as lines of text: a title, what they were made with, "STEP = WAY" for each step.
std::string text(Choices const& choices);

/// What `text` has written.
/// @param source named in errors: a file
/// @throws UsageError "SOURCE:LINE: ..." for anything else
Choices parse_choices(std::string_view text, std::string const& source);

/// Which of several ways to take: the fastest, but the first one where the fastest is not faster by
/// more than `margin` of its time, so that noise chooses nothing. Pure.
/// @param seconds of each way, infinity for one that cannot be run; at least one
std::size_t fastest(std::span<double const> seconds, double margin);

}  // namespace ai500
