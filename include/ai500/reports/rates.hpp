// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/metrics/flops.hpp>
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
/// slowest's time. Members of several runs need not have been: T is from the first start to the
/// last finish on the wall clock, so that members trained one after the other are not counted as if
/// they had been trained at once (as in MLPerf HPC's throughput).
/// @param members those that are kept; at least one, with positive times
/// @param flops_a_sample training FLOPs of one sample, counted on the graph
inline Rates rates(std::span<MemberRecord const> members, Count flops_a_sample) {
  if (members.empty()) throw Error("rates: no member is kept, so there is no time to measure");
  Rates result;
  double first = members.front().started_unix;
  double last = members.front().finished_unix;
  bool one_run = true;
  std::vector<MemberWork> work;
  for (MemberRecord const& member : members) {
    result.training_seconds = std::max(result.training_seconds, member.seconds);
    result.samples_processed += member.samples_processed;
    work.push_back({member.samples_processed, flops_a_sample});
    result.samples_per_second_per_member += static_cast<double>(member.samples_processed) /
                                            member.seconds / static_cast<double>(members.size());
    first = std::min(first, member.started_unix);
    last = std::max(last, member.finished_unix);
    one_run = one_run && member.run == members.front().run;
  }
  result.timing = "one run: the slowest rank's time from a common barrier";
  if (!one_run) {
    result.training_seconds = last - first;
    result.timing = "separate runs: first start to last finish by the wall clock";
  }
  result.flops = flops(work, result.training_seconds);
  result.samples_per_second =
      static_cast<double>(result.samples_processed) / result.training_seconds;
  return result;
}

}  // namespace ai500
