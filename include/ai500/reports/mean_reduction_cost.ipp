// SPDX-License-Identifier: Apache-2.0
/// @file The definition of mean_reduction_cost.hpp.
#pragma once

#include <set>
#include <string>

#include <ai500/reports/mean_reduction_cost.hpp>

namespace ai500 {

ReductionCost mean_reduction_cost(std::span<MemberRecord const> members) {
  ReductionCost mean;
  std::set<std::string> transports;
  for (MemberRecord const& member : members) {
    ReductionCost const& one = member.reductions;
    mean.buckets = one.buckets;  // alike: members that vote together have the same settings
    mean.wire_bytes_per_step = one.wire_bytes_per_step;
    mean.hidden_seconds += one.hidden_seconds / static_cast<double>(members.size());
    mean.exposed_seconds += one.exposed_seconds / static_cast<double>(members.size());
    if (!one.transport.empty() && transports.insert(one.transport).second)
      mean.transport += (mean.transport.empty() ? "" : "; ") + one.transport;
  }
  return mean;
}

}  // namespace ai500
