// SPDX-License-Identifier: Apache-2.0
/// @file The pass that sums `reduction` over the ranks in buckets, each started as soon as the
/// program lets go of it. Defined in reduction_buckets.ipp.
#pragma once

#include <cstddef>
#include <vector>

#include <ai500/graph/program.hpp>

namespace ai500::parallel_modes {

/// A contiguous part of `reduction`, and the last step of the micro-batches that reads or writes
/// any of it.
struct ReductionBucket {
  Count offset = 0;  ///< first element
  Count size = 0;    ///< elements
  std::size_t last_use = 0;

  bool operator==(ReductionBucket const&) const = default;
};

/// Cuts `reduction` into buckets, in the order in which a step lets go of them. A bucket is made of
/// whole gradients or statistics, from the last in memory to the first, since backward produces
/// them in that order, and is closed when it has `elements` or more. What decays, what does not,
/// and the statistics with the loss are cut apart: the second and third are small and need the
/// whole backward pass, the first begins with its first step.
std::vector<ReductionBucket> cut_reduction(Program const& program, Count elements);

/// The program that starts each bucket's sum over the ranks right behind its last use and finishes
/// all of them before the first step that is run once a training step. `reduction` becomes bound:
/// its memory is the collective's. Pure.
/// @throws GraphError when the program has no `reduction` or nothing that is run once a step
Program reduce_in_buckets(Program program, Count elements);

/// Proves what every later pass must keep: between the start of a bucket and the finish no step
/// reads or writes any of it, and every part that is written has been started.
/// @throws GraphError naming the step
void check_reductions(Program const& program);

}  // namespace ai500::parallel_modes
