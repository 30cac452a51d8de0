// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>
#include <variant>

#include <ai500/parallel_modes/micro_batches.hpp>
#include <ai500/parallel_modes/policy.hpp>
#include <ai500/parallel_modes/reduction_buckets.hpp>

namespace ai500::parallel_modes {

/// Data parallelism: every rank has the whole model and a share of the batch; gradients, batch
/// statistics and loss are summed over the ranks before the update, so that all ranks stay equal.
/// The sums run in buckets under the backward pass.
struct Data {
  static constexpr std::string_view name = "data";

  /// Elements at which a bucket is closed: 4 MiB of floats, the size of message at which Open MPI
  /// is fastest inside one host (0.25 to 8 MB are alike).
  static constexpr Count bucket_elements = Count{1} << 20;
  /// Or this part of the gradients, so that a small model's sums start under backward too.
  static constexpr Count bucket_share = 8;

  static Program split(Program const& program, ProgramSplit split) {
    Program result = micro_batches(program, split.micro_batches);
    double const batches = static_cast<double>(split.micro_batches) * split.degree;
    for (Step& step : result.steps)
      if (auto* update = std::get_if<steps::UpdateRunningStatistics>(&step.what))
        update->batches = batches;
    if (split.degree == 1) return result;
    Count const gradients = result.value(result.gradients).shape.elements();
    return reduce_in_buckets(std::move(result),
                             std::clamp(gradients / bucket_share, Count{1}, bucket_elements));
  }

  /// Rank r takes slots [r |B| / P, (r + 1) |B| / P).
  static constexpr BatchShare share(Count batch, int rank, int degree) {
    return {batch * rank / degree, batch * (rank + 1) / degree};
  }
};
static_assert(ParallelModePolicy<Data>);

}  // namespace ai500::parallel_modes
