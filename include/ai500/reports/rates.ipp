// SPDX-License-Identifier: Apache-2.0
/// @file The definition of rates.hpp.
#pragma once

#include <algorithm>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/metrics/flops.hpp>
#include <ai500/reports/rates.hpp>

namespace ai500 {

Rates rates(std::span<MemberRecord const> members, Count flops_a_sample) {
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
    one_run = one_run && member.run == members.front().run && member.resumed == 0;
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
