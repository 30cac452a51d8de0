// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of reduction_buckets.hpp.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/parallel_modes/reduction_buckets.hpp>

namespace ai500::parallel_modes {

namespace detail {

/// A part of `reduction` that a step reads or writes.
struct ReductionUse {
  Count begin;
  Count end;
  std::size_t step;
};

/// What one step reads or writes of `reduction`.
inline std::vector<ReductionUse> reduction_uses(Program const& program, std::size_t step,
                                                std::vector<ValueIndex> const& values) {
  std::vector<ReductionUse> uses;
  for (ValueIndex value : values) {
    auto const [whole, offset] = program.place(value);
    if (whole == program.reduction)
      uses.push_back({offset, offset + program.value(value).shape.elements(), step});
  }
  return uses;
}

inline std::vector<ReductionUse> reduction_uses(Program const& program, std::size_t step) {
  auto uses = reduction_uses(program, step, program.steps[step].reads);
  auto const written = reduction_uses(program, step, program.steps[step].writes);
  uses.insert(uses.end(), written.begin(), written.end());
  return uses;
}

inline bool overlap(ReductionUse const& a, ReductionUse const& b) {
  return a.begin < b.end && b.begin < a.end;
}

/// Where the parts that become ready at different times begin: what decays, what does not, the
/// statistics with the loss; then the end.
inline std::vector<Count> reduction_regions(Program const& program) {
  auto const& slots = program.parameter_slots;
  auto const second =
      std::ranges::find_if(slots, [](ParameterSlot const& slot) { return !slot.traits.decays; });
  Count const gradients = program.value(program.gradients).shape.elements();
  return {0, second == slots.end() ? gradients : second->offset, gradients,
          program.value(program.reduction).shape.elements()};
}

/// Sums that run while the steps go on.
class StartedReductions {
 public:
  explicit StartedReductions(Program const& program) : program_(program) {}

  void meet(std::size_t step) {
    StepOperation const& what = program_.steps[step].what;
    if (std::holds_alternative<steps::AllReduceFinish>(what)) return finish(step);
    for (ReductionUse const& use : reduction_uses(program_, step))
      for (ReductionUse const& bucket : started_)
        if (overlap(use, bucket))
          fail(step, "uses elements whose sum over the ranks was started by step " +
                         std::to_string(bucket.step));
    if (std::holds_alternative<steps::AllReduceStart>(what))
      for (ReductionUse const& bucket : reduction_uses(program_, step, program_.steps[step].writes))
        started_.push_back(bucket);
    else if (!finished_)
      for (ReductionUse const& use : reduction_uses(program_, step, program_.steps[step].writes))
        written_.push_back(use);
  }

  /// At the program's end.
  void leave() const {
    if (!started_.empty())
      fail(started_.front().step, "starts a sum over the ranks that nothing finishes");
  }

 private:
  void finish(std::size_t step) {
    for (ReductionUse const& use : written_) {
      Count covered = 0;
      for (ReductionUse const& bucket : started_)
        covered +=
            std::max(Count{0}, std::min(use.end, bucket.end) - std::max(use.begin, bucket.begin));
      if (covered < use.end - use.begin)
        fail(use.step, "writes elements whose sum step " + std::to_string(step) +
                           " finishes though it was not started");
    }
    started_.clear();
    written_.clear();
    finished_ = true;
  }

  [[noreturn]] void fail(std::size_t step, std::string const& fault) const {
    throw GraphError("check_reductions: step " + std::to_string(step) + ", " +
                     std::string(name(program_.steps[step].what)) + " of " +
                     std::string(program_.steps[step].name.view()) + ", " + fault);
  }

  Program const& program_;
  std::vector<ReductionUse> started_;
  std::vector<ReductionUse> written_;
  bool finished_ = false;
};

}  // namespace detail

std::vector<ReductionBucket> cut_reduction(Program const& program, Count elements) {
  if (program.reduction == no_value || elements < 1)
    throw GraphError(
        "cut_reduction: needs a program that trains and buckets of at least 1 element");
  std::vector<detail::ReductionUse> uses;
  std::vector<Count> const regions = detail::reduction_regions(program);
  std::set<Count> borders(regions.begin(), regions.end());
  for (std::size_t step = 0; step < program.steps.size(); ++step) {
    if (!is_per_micro_batch(program.steps[step])) continue;
    for (detail::ReductionUse const& use : detail::reduction_uses(program, step)) {
      uses.push_back(use);
      borders.insert(use.begin);
    }
  }

  std::vector<ReductionBucket> buckets;
  auto add = [&](Count begin, Count end) {
    ReductionBucket bucket{begin, end - begin};
    for (detail::ReductionUse const& use : uses)
      if (detail::overlap(use, {begin, end, 0}))
        bucket.last_use = std::max(bucket.last_use, use.step);
    buckets.push_back(bucket);
  };
  Count end = regions.back();
  for (auto border = std::next(borders.rbegin()); border != borders.rend(); ++border) {
    bool const closes =
        end - *border >= elements || std::ranges::find(regions, *border) != regions.end();
    if (!closes) continue;
    add(*border, end);
    end = *border;
  }
  std::ranges::stable_sort(buckets, {}, &ReductionBucket::last_use);
  return buckets;
}

Program reduce_in_buckets(Program program, Count elements) {
  std::vector<ReductionBucket> const buckets = cut_reduction(program, elements);
  auto const once = std::ranges::find_if_not(program.steps, is_per_micro_batch);
  if (once == program.steps.end())
    throw GraphError(
        "reduce_in_buckets: no step is run once a training step, so nobody reads sums");
  std::size_t const finish = static_cast<std::size_t>(once - program.steps.begin());
  program.value(program.reduction).residence = Residence::bound;

  std::vector<Step> steps;
  auto bucket = buckets.begin();
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    if (i == finish)
      steps.push_back(
          {steps::AllReduceFinish{}, {program.reduction}, {program.reduction}, "all-reduce"});
    steps.push_back(std::move(program.steps[i]));
    for (; bucket != buckets.end() && bucket->last_use == i; ++bucket) {
      Name const name = Name("bucket ") + static_cast<std::size_t>(bucket - buckets.begin());
      ValueIndex const part = program.add_value({.name = name,
                                                 .shape = {.items = bucket->size},
                                                 .number = NumberRole::accumulate,
                                                 .residence = Residence::bound,
                                                 .slice_of = program.reduction,
                                                 .offset = bucket->offset});
      steps.push_back({steps::AllReduceStart{}, {part}, {part}, name});
    }
  }
  program.steps = std::move(steps);
  return program;
}

void check_reductions(Program const& program) {
  if (program.reduction == no_value) return;
  bool const reduces = std::ranges::any_of(program.steps, [](Step const& step) {
    return std::holds_alternative<steps::AllReduceStart>(step.what) ||
           std::holds_alternative<steps::AllReduceFinish>(step.what);
  });
  if (!reduces) return;
  detail::StartedReductions started(program);
  for (std::size_t step = 0; step < program.steps.size(); ++step) started.meet(step);
  started.leave();
}

}  // namespace ai500::parallel_modes
