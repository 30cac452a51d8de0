// SPDX-License-Identifier: Apache-2.0
/// @file The plans for one GPU, each pattern searched for once; defined in planner.ipp.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <ai500/kernels/cudnn/plan.hpp>

namespace ai500::kernels::cudnn {

/// Plans for one target. What was found stays where and as it is as long as the planner lives.
class Planner {
 public:
  explicit Planner(Target target, PlanOptions options = {})
      : target_(std::move(target)), options_(options) {}

  /// As `find_plan` with the planner's options.
  PlanSearch const& find(Pattern const& pattern) { return find(pattern, options_.candidates); }

  /// The plans among which timing chooses: the first is that of `find`.
  PlanSearch const& candidates(Pattern const& pattern) { return find(pattern, most_candidates); }

  Target const& target() const { return target_; }
  PlanOptions const& options() const { return options_; }

 private:
  /// Heuristics list the likely ones first; each more takes planning, and timing.
  static constexpr std::size_t most_candidates = 8;

  struct Found {
    Pattern pattern;
    std::size_t candidates;
    std::unique_ptr<PlanSearch> search;
  };
  PlanSearch const& find(Pattern const& pattern, std::size_t candidates);

  Target target_;
  PlanOptions options_;
  std::vector<Found> found_;
};

}  // namespace ai500::kernels::cudnn
