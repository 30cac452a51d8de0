// SPDX-License-Identifier: Apache-2.0
/// @file The definition of micro_batches.hpp.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include <ai500/parallel_modes/micro_batches.hpp>

namespace ai500::parallel_modes {

namespace detail {

/// Writes the steps of micro-batch 1, 2, ... behind those of micro-batch 0: values that belong to a
/// micro-batch get a copy each, what is summed over the micro-batches is accumulated.
class MicroBatches {
 public:
  MicroBatches(Program const& program, Count count) : original_(program), result_(program) {
    result_.steps.clear();
    widen(result_.images, count);
    if (result_.labels != no_value) widen(result_.labels, count);
    for (std::size_t i = 0; i < original_.steps.size(); ++i)
      for (ValueIndex value : original_.steps[i].writes) last_write_[value] = i;

    for (Count j = 0; j < count; ++j) append(j);
    for (Step const& step : original_.steps)
      if (!is_per_micro_batch(step)) result_.steps.push_back(step);
  }

  Program program() && { return std::move(result_); }

 private:
  bool is_reduced(ValueIndex value) const {
    return original_.reduction != no_value && original_.place(value).whole == original_.reduction;
  }

  /// The input of one micro-batch becomes the first slice of the input of all.
  void widen(ValueIndex& input, Count count) {
    ProgramValue whole = original_.value(input);
    whole.shape.items *= count;
    ValueIndex const index = result_.add_value(whole);
    result_.value(input).slice_of = index;
    input = index;
  }

  void append(Count j) {
    std::map<ValueIndex, ValueIndex> copies;
    auto copy = [&](ValueIndex value) {
      if (j == 0 || original_.value(value).residence == Residence::bound) return value;
      if (auto found = copies.find(value); found != copies.end()) return found->second;
      ProgramValue own = result_.value(value);
      if (value == original_.images || value == original_.labels) {
        own.offset = j * original_.value(value).shape.elements();
      } else {
        own.residence = Residence::planned;
        own.slice_of = no_value;
        own.offset = 0;
      }
      return copies[value] = result_.add_value(own);
    };
    for (std::size_t i = 0; i < original_.steps.size(); ++i) {
      Step step = original_.steps[i];
      if (!is_per_micro_batch(step)) continue;
      for (ValueIndex& value : step.reads) value = copy(value);
      for (ValueIndex& value : step.writes) value = copy(value);
      result_.steps.push_back(step);
      if (j > 0) accumulate(i, copies);
    }
  }

  /// After the last step that writes it, a copy of something reduced is added to the sum.
  void accumulate(std::size_t i, std::map<ValueIndex, ValueIndex> const& copies) {
    for (ValueIndex value : original_.steps[i].writes)
      if (is_reduced(value) && last_write_[value] == i)
        result_.steps.push_back(
            {steps::Accumulate{}, {value, copies.at(value)}, {value}, original_.steps[i].name});
  }

  Program const& original_;
  Program result_;
  std::map<ValueIndex, std::size_t> last_write_;
};

}  // namespace detail

Program micro_batches(Program const& program, Count count) {
  if (count == 1) return program;
  return detail::MicroBatches(program, count).program();
}

}  // namespace ai500::parallel_modes
