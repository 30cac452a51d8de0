// SPDX-License-Identifier: Apache-2.0
/// @file The decision of each convolution place of a program: its fused pattern, or what is used
/// instead; defined in planned_program.ipp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ai500/kernels/cudnn/places.hpp>
#include <ai500/kernels/cudnn/plan.hpp>

namespace ai500::kernels::cudnn {

/// Plans for one target, each distinct pattern once.
class Planner {
 public:
  explicit Planner(Target target, PlanOptions options = {})
      : target_(std::move(target)), options_(options) {}

  /// As `find_plan`; the result stays where it is as long as the planner lives.
  PlanSearch const& find(Pattern const& pattern);

  Target const& target() const { return target_; }
  PlanOptions const& options() const { return options_; }

 private:
  struct Found {
    Pattern pattern;
    std::unique_ptr<PlanSearch> search;
  };
  Target target_;
  PlanOptions options_;
  std::vector<Found> found_;
};

/// How one place is computed.
struct PlannedPlace {
  enum class Outcome {
    planned,    ///< cuDNN has an engine for the place's pattern
    fall_back,  ///< it has one for the convolution alone; `fallback` names what is ours to do
    nothing,    ///< it has neither
  };

  Place place{};
  Outcome outcome = Outcome::nothing;
  PlanSearch fused{};  ///< of the place's pattern
  PlanSearch plain{};  ///< of the convolution alone; searched for where `fused` is empty
};

/// Decides each place of a program as `lower` makes it.
std::vector<PlannedPlace> plan_program(Planner& planner, Program const& program,
                                       Arithmetic arithmetic);

/// How many places had an outcome.
std::size_t count(std::vector<PlannedPlace> const& places, PlannedPlace::Outcome outcome);

/// A table for people: a line a pattern with its places and their outcomes, their sum, the largest
/// workspace; then what falls back to what, and why.
std::string describe(std::vector<PlannedPlace> const& places);

}  // namespace ai500::kernels::cudnn
