// SPDX-License-Identifier: Apache-2.0
/// @file How fast an ensemble was trained; defined in rates.ipp.
#pragma once

#include <span>
#include <string>

#include <ai500/core/types.hpp>
#include <ai500/training/member_record.hpp>

namespace ai500 {

/// How fast an ensemble was trained: T and what follows from it.
struct Rates {
  double training_seconds = 0;  ///< T
  std::string timing;           ///< how T was taken
  Count samples_processed = 0;  ///< by all members, in all epochs
  double samples_per_second = 0;
  double samples_per_second_per_member = 0;  ///< mean of the members' own rates
  double flops = 0;                          ///< Eq. (6), FLOP/s
};

/// T of an ensemble. Members of one run were trained side by side from one barrier: T is the
/// slowest's time. Members of several runs, or one that was resumed in a further run, need not have
/// been: T is from the first start to the last finish on the wall clock, so that members trained
/// one after the other are not counted as if they had been trained at once (as in MLPerf HPC's
/// throughput), and what an interruption cost is counted.
/// @param members those that are kept, with positive times
/// @param flops_a_sample training FLOPs of one sample, counted on the graph
/// @throws Error when no member is kept
Rates rates(std::span<MemberRecord const> members, Count flops_a_sample);

}  // namespace ai500
