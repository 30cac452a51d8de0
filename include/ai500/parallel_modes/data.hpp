// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <variant>

#include <ai500/parallel_modes/micro_batches.hpp>
#include <ai500/parallel_modes/policy.hpp>

namespace ai500::parallel_modes {

/// Data parallelism: every rank has the whole model and a share of the batch; gradients, batch
/// statistics and loss are summed over the ranks before the update, so that all ranks stay equal.
struct Data {
  static constexpr std::string_view name = "data";

  static Program split(Program const& program, ProgramSplit split) {
    Program result = micro_batches(program, split.micro_batches);
    double const batches = static_cast<double>(split.micro_batches) * split.degree;
    for (Step& step : result.steps)
      if (auto* update = std::get_if<steps::UpdateRunningStatistics>(&step.what))
        update->batches = batches;
    if (split.degree > 1) {
      auto const once_a_step = std::ranges::find_if_not(result.steps, is_per_micro_batch);
      result.steps.insert(
          once_a_step,
          Step{steps::AllReduce{}, {result.reduction}, {result.reduction}, "all-reduce"});
    }
    return result;
  }

  /// Rank r takes slots [r |B| / P, (r + 1) |B| / P).
  static constexpr BatchShare share(Count batch, int rank, int degree) {
    return {batch * rank / degree, batch * (rank + 1) / degree};
  }
};
static_assert(ParallelModePolicy<Data>);

}  // namespace ai500::parallel_modes
