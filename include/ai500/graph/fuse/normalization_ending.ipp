// SPDX-License-Identifier: Apache-2.0
/// @file What stands behind a normalization and may be done in the same pass over memory.
#pragma once

#include <vector>

#include <ai500/graph/fuse/fusible_program.ipp>

namespace ai500::detail {

/// The steps behind a normalization that it takes in, and what they make of its result.
struct Ending {
  steps::NormalizationEnding kind = steps::NormalizationEnding::none;
  std::vector<StepIndex> parts{};
  ValueIndex y = no_value;
  ValueIndex addend = no_value;
};

/// What follows a value that is used once.
inline Ending ending_of(FusibleProgram const& program, ValueIndex y) {
  using enum steps::NormalizationEnding;
  if (auto const found = program.only_reader<steps::Relu>(y))
    return {relu, {*found}, program.step(*found).writes[0]};
  if (auto const add = program.only_reader<steps::Add>(y)) {
    ValueIndex const addend = program.step(*add).reads[program.step(*add).reads[0] == y ? 1 : 0];
    if (auto const found = program.only_reader<steps::Relu>(program.step(*add).writes[0]);
        found && addend != y)
      return {add_relu, {*add, *found}, program.step(*found).writes[0], addend};
  }
  return {.kind = none, .y = y};
}

}  // namespace ai500::detail
