// SPDX-License-Identifier: Apache-2.0
/// @file What is run: one flat list of steps, each with the values it reads and writes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <ai500/graph/graph.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/graph/steps.hpp>

namespace ai500 {

/// Which of the precision's number types a value has.
enum class NumberRole {
  compute,     ///< activations and their gradients
  accumulate,  ///< parameters, their gradients, statistics, losses
  index,       ///< labels and selections: 32-bit integers
};

/// Where and how long a value lives.
enum class Residence {
  planned,  ///< from its first to its last use; its memory is shared with others before and after
  input,    ///< planned, and filled before the first step
  output,   ///< planned, and read after the last step
  bound,    ///< owned by the caller, outlives the program (parameters, running statistics)
};

inline constexpr ValueIndex no_value = -1;

/// A value of a Program, or a slice of another one (a parameter is a slice of all the parameters).
struct ProgramValue {
  Name name;
  Shape shape;
  NumberRole number = NumberRole::compute;
  Residence residence = Residence::planned;
  ValueIndex slice_of = no_value;  ///< the value this one is a part of
  Count offset = 0;                ///< first element of the slice
  Layout layout = Layout::plain;
};

/// A step's result `write` may stand where its argument `read` does, if nothing reads that
/// afterwards: its kernel reads each element before it writes the same one.
struct InPlace {
  std::size_t write = 0;
  std::size_t read = 0;

  constexpr bool operator==(InPlace const&) const = default;
};

/// One step: what it does, in the order that `steps` documents, and for which operation of the
/// graph.
struct Step {
  StepOperation what;
  std::vector<ValueIndex> reads;
  std::vector<ValueIndex> writes;
  Name name;
  StepLayouts layouts{};            ///< in which the kernel was chosen to compute; empty: plain
  std::vector<InPlace> in_place{};  ///< what the kernel allows, best first
  std::string
      way{};  ///< the one of its kernel's ways to compute it; empty: the kernel's own choice
};

/// A parameter of the model inside the value of all the parameters; its gradient has the same
/// offset.
struct ParameterSlot {
  Name name;
  Shape shape;
  ParameterTraits traits;
  Count offset = 0;  ///< first element
};

/// What one rank runs for one training step, or to evaluate a batch. Made by `lower`; passes are
/// pure functions from Program to Program.
struct Program {
  std::vector<ProgramValue> values;
  std::vector<Step> steps;
  std::vector<ParameterSlot> parameter_slots;  ///< those with weight decay first

  ValueIndex images = no_value;              ///< (n, c, h, w)
  ValueIndex labels = no_value;              ///< (n); training only
  ValueIndex probabilities = no_value;       ///< (n, classes); evaluation only
  ValueIndex loss = no_value;                ///< (1), a slice of `reduction`; training only
  ValueIndex loss_scale = no_value;          ///< (1), if gradients are of a scaled loss
  ValueIndex parameters = no_value;          ///< all the parameters
  ValueIndex running_statistics = no_value;  ///< all the running means and variances
  ValueIndex gradients = no_value;  ///< all the parameters' gradients, a slice of `reduction`
  ValueIndex reduction =
      no_value;  ///< what is summed over micro-batches and ranks: gradients, statistics, loss

  ProgramValue const& value(ValueIndex index) const {
    return values[static_cast<std::size_t>(index)];
  }
  ProgramValue& value(ValueIndex index) { return values[static_cast<std::size_t>(index)]; }

  ValueIndex add_value(ProgramValue value) {
    values.push_back(value);
    return static_cast<ValueIndex>(values.size()) - 1;
  }

  /// The value that `index` is a slice of, however deep, and the offset in it; itself and 0 for a
  /// whole value.
  struct Place {
    ValueIndex whole;
    Count offset;
  };
  Place place(ValueIndex index) const {
    Place found{index, 0};
    while (value(found.whole).slice_of != no_value) {
      found.offset += value(found.whole).offset;
      found.whole = value(found.whole).slice_of;
    }
    return found;
  }
};

/// Whether a step is run once for every micro-batch (forward, backward), not once a training step
/// (reductions, updates).
inline bool is_per_micro_batch(Step const& step) {
  return !std::holds_alternative<steps::AllReduceStart>(step.what) &&
         !std::holds_alternative<steps::AllReduceFinish>(step.what) &&
         !std::holds_alternative<steps::Update>(step.what) &&
         !std::holds_alternative<steps::UpdateRunningStatistics>(step.what);
}

}  // namespace ai500
