// SPDX-License-Identifier: Apache-2.0
/// @file The definition of store_weights.hpp.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/store_weights.hpp>

namespace ai500 {

namespace detail {

inline bool convolves_with_weight(Step const& step) {
  return std::holds_alternative<steps::Convolution>(step.what) ||
         std::holds_alternative<steps::ConvolutionDataGradient>(step.what);
}
inline bool multiplies_by_weight(Step const& step) {
  return std::holds_alternative<steps::FullyConnected>(step.what) ||
         std::holds_alternative<steps::FullyConnectedDataGradient>(step.what);
}

}  // namespace detail

Program store_weights(Program program) {
  ValueIndex weights = no_value;
  std::map<ValueIndex, ValueIndex> stored;  // slice of the parameters -> slice of the weights
  steps::StoreWeights store;
  for (Step& step : program.steps) {
    bool const convolves = detail::convolves_with_weight(step);
    if (!convolves && !detail::multiplies_by_weight(step)) continue;
    for (ValueIndex& read : step.reads) {
      auto const [whole, offset] = program.place(read);
      if (whole != program.parameters) continue;
      if (weights == no_value)
        weights = program.add_value(
            {"weights", program.value(program.parameters).shape, NumberRole::compute});
      auto const [found, is_new] = stored.try_emplace(read, no_value);
      if (is_new) {
        ProgramValue const parameter = program.value(read);
        found->second =
            program.add_value({.name = parameter.name,
                               .shape = parameter.shape,
                               .number = NumberRole::compute,
                               .slice_of = weights,
                               .offset = offset,
                               .layout = convolves ? Layout::channels_last : Layout::plain});
        if (convolves) store.filters.push_back({offset, parameter.shape});
      }
      read = found->second;
    }
  }
  if (weights == no_value) return program;
  std::ranges::sort(store.filters, {}, &steps::StoredFilters::offset);
  program.steps.insert(program.steps.begin(),
                       {std::move(store), {program.parameters}, {weights}, "weights"});
  return program;
}

}  // namespace ai500
