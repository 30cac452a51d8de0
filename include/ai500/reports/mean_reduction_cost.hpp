// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include <ai500/training/member_record.hpp>

namespace ai500 {

/// The reductions of an ensemble: seconds are the mean over the members; if not all were summed in
/// one way, all ways are named. Defined in mean_reduction_cost.ipp.
ReductionCost mean_reduction_cost(std::span<MemberRecord const> members);

}  // namespace ai500
