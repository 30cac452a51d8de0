// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of planner.hpp.
#pragma once

#include <algorithm>

#include <ai500/kernels/cudnn/planner.hpp>

namespace ai500::kernels::cudnn {

PlanSearch const& Planner::find(Pattern const& pattern, std::size_t candidates) {
  auto const known = std::ranges::find_if(found_, [&](Found const& one) {
    return one.pattern == pattern && (one.candidates >= candidates || !*one.search);
  });
  if (known != found_.end()) return *known->search;
  PlanOptions options = options_;
  options.candidates = candidates;
  found_.push_back(
      {pattern, candidates, std::make_unique<PlanSearch>(find_plan(target_, pattern, options))});
  return *found_.back().search;
}

}  // namespace ai500::kernels::cudnn
