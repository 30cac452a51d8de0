// SPDX-License-Identifier: Apache-2.0
/// @file The pass that gives every value a layout and inserts reorders where two steps disagree.
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include <ai500/graph/layout.hpp>
#include <ai500/graph/program.hpp>

namespace ai500 {

namespace detail {

class LayOut {
 public:
  explicit LayOut(Program program) : result_(std::move(program)) {
    steps_ = std::exchange(result_.steps, {});
  }

  template <class OptionsOf>
  [[gnu::cold]] Program run(OptionsOf&& options_of) && {
    for (Step& step : steps_) {
      std::vector<StepLayouts> const options =
          options_of(std::as_const(result_), std::as_const(step));
      StepLayouts const plain;
      StepLayouts const* chosen = options.empty() ? &plain : &options.front();
      for (StepLayouts const& option : options)
        if (reordered(step, option) < reordered(step, *chosen)) chosen = &option;
      apply(step, *chosen);
      result_.steps.push_back(std::move(step));
    }
    return std::move(result_);
  }

 private:
  bool agrees(ValueIndex value, Layout wanted) const {
    return same_order(result_.value(value).layout, wanted, result_.value(value).shape);
  }

  /// Elements that must be reordered before the step can run with these layouts.
  Count reordered(Step const& step, StepLayouts const& option) const {
    Count elements = 0;
    for (std::size_t i = 0; i < step.reads.size(); ++i) {
      Layout const wanted = option.read(i);
      bool const known = copies_.contains({step.reads[i], wanted});
      if (!known && !agrees(step.reads[i], wanted))
        elements += result_.value(step.reads[i]).shape.elements();
    }
    return elements;
  }

  [[gnu::cold]] void apply(Step& step, StepLayouts const& layouts) {
    for (std::size_t i = 0; i < step.reads.size(); ++i)
      step.reads[i] = in_layout(step.reads[i], layouts.read(i), step.name);
    for (std::size_t i = 0; i < step.writes.size(); ++i)
      result_.value(step.writes[i]).layout = layouts.write(i);
    step.layouts = layouts;
  }

  /// The value itself, or its copy in the wanted layout, made once.
  [[gnu::cold]] ValueIndex in_layout(ValueIndex value, Layout wanted, Name name) {
    if (agrees(value, wanted)) return value;
    auto const [found, is_new] = copies_.try_emplace({value, wanted}, no_value);
    if (is_new) {
      ProgramValue copy = result_.value(value);
      copy.residence = Residence::planned;
      copy.slice_of = no_value;
      copy.offset = 0;
      copy.layout = wanted;
      found->second = result_.add_value(copy);
      result_.steps.push_back({steps::Reorder{},
                               {value},
                               {found->second},
                               name,
                               {{result_.value(value).layout}, {wanted}}});
    }
    return found->second;
  }

  Program result_;
  std::vector<Step> steps_;
  std::map<std::pair<ValueIndex, Layout>, ValueIndex> copies_;
};

}  // namespace detail

/// Gives every value the layout in which the step that makes it writes it, and inserts a Reorder
/// where a step cannot read it so. Of the layouts that a step's kernel offers, the one is taken
/// that reorders the fewest elements, the first of equals. Pure.
/// @param options_of (program, step) -> std::vector<StepLayouts>, what the step's kernel can do,
/// best first; none: plain only. Values that a step accumulates into must stay plain.
template <class OptionsOf>
Program lay_out(Program program, OptionsOf&& options_of) {
  return detail::LayOut(std::move(program)).run(std::forward<OptionsOf>(options_of));
}

/// The reorders of a program.
inline std::size_t reorders(Program const& program) {
  std::size_t count = 0;
  for (Step const& step : program.steps) count += std::holds_alternative<steps::Reorder>(step.what);
  return count;
}

}  // namespace ai500
